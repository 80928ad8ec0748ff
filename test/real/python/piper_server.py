"""A Piper voice behind `POST /v1/audio/speech`: PCM sentence by sentence, with its rate in the content type; WAV whole.

usage: piper_server.py VOICE_DIR PORT      (model.onnx and config.json)
"""

import io
import sys
import wave

from openai_http import Answer, Refusal, serve
from piper import PiperVoice, SynthesisConfig

NAME, VOICE = "piper", "joe"
MOST_CHARACTERS = 4096
piper = PiperVoice.load(f"{sys.argv[1]}/model.onnx", config_path=f"{sys.argv[1]}/config.json")
rate = piper.config.sample_rate


def speak(request):
    asked = request.json()
    text, wanted, speed = asked.get("input"), asked.get("response_format", "wav"), asked.get("speed", 1)
    if asked.get("model") != NAME:
        raise Refusal(404, f"The model `{asked.get('model')}` does not exist: this server has `{NAME}`.", "model")
    if asked.get("voice") != VOICE:
        raise Refusal(400, f"Voice '{asked.get('voice')}' is not known: this server has '{VOICE}'.", "voice")
    if not isinstance(text, str) or text.strip() == "":
        raise Refusal(400, "input: there is nothing to say", "input")
    if len(text) > MOST_CHARACTERS:
        raise Refusal(400, f"input: {len(text)} characters are more than {MOST_CHARACTERS}", "input")
    if wanted not in ("pcm", "wav"):
        raise Refusal(400, f"response_format {wanted} is none of pcm, wav", "response_format")
    if not isinstance(speed, (int, float)) or not 0.25 <= speed <= 4:
        raise Refusal(400, f"speed: {speed} is not from 0.25 to 4", "speed")
    pieces = (chunk.audio_int16_bytes for chunk in piper.synthesize(text, SynthesisConfig(length_scale=1 / speed)))
    return Answer(pieces, f"audio/pcm;rate={rate}") if wanted == "pcm" else Answer(wav(pieces), "audio/wav")


def wav(pieces):
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(b"".join(pieces))
    return file.getvalue()


serve(
    int(sys.argv[2]),
    {
        "GET /v1/models": lambda _: Answer({"object": "list", "data": [{"id": NAME, "object": "model"}]}),
        "GET /v1/audio/voices": lambda _: Answer({"voices": [VOICE]}),
        "POST /v1/audio/speech": speak,
    },
)
