"""POST /v1/audio/speech by Piper (GPL-3: a program of its own, never linked) on the CPU.

usage: piper_server.py --model VOICE.onnx [--name piper] [--voice joe] [--any-voice] [--port 9303]
VOICE.onnx.json stands beside the model. Answers pcm (with its rate in the Content-Type) and wav, sentence by sentence.
"""

import argparse
import struct

from openai_http import Handler, Refusal, serve
from piper import PiperVoice, SynthesisConfig

LONGEST_INPUT = 4096
# Of a WAV whose length is not known when it begins.
UNKNOWN = 0xFFFFFFFF


def wav_header(rate):
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, 2 * rate, 2, 16)
    return struct.pack("<4sI4s", b"RIFF", UNKNOWN, b"WAVE") + form + struct.pack("<4sI", b"data", UNKNOWN)


class Speech(Handler):
    voice: PiperVoice
    voices = ()
    # Whether voices that it does not have speak as the one that it has.
    any_voice = False

    def get_audio_voices(self):
        self.json(200, {"voices": list(self.voices)})

    def post_audio_speech(self):
        asked = self.require_json()
        self.require_model(asked.get("model"))
        text, voice, wanted = asked.get("input"), asked.get("voice"), asked.get("response_format", "mp3")
        if not isinstance(text, str) or not text.strip():
            raise Refusal(400, "`input` must be text", "input")
        if len(text) > LONGEST_INPUT:
            raise Refusal(400, f"`input` has {len(text)} characters; {LONGEST_INPUT} are taken", "input")
        if voice not in self.voices and not self.any_voice:
            raise Refusal(400, f"The voice `{voice}` does not exist; this server has {', '.join(self.voices)}", "voice")
        if wanted not in ("pcm", "wav"):
            raise Refusal(400, f"response_format `{wanted}` is not one of pcm, wav", "response_format")
        speed = asked.get("speed") or 1
        if not isinstance(speed, (int, float)) or not 0.25 <= speed <= 4:
            raise Refusal(400, f"`speed` is {speed!r}, not a number from 0.25 to 4", "speed")
        rate = self.voice.config.sample_rate
        header = wav_header(rate) if wanted == "wav" else b""
        kind = "audio/wav" if wanted == "wav" else f"audio/pcm; rate={rate}; channels=1"
        self.chunks(kind, self.spoken(text, speed, header))

    def spoken(self, text, speed, header):
        config = SynthesisConfig(length_scale=1 / speed)
        for part in self.voice.synthesize(text, syn_config=config):
            yield header + part.audio_int16_bytes
            header = b""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--name", default="piper")
    parser.add_argument("--voice", default="joe")
    parser.add_argument("--any-voice", action="store_true")
    parser.add_argument("--port", type=int, default=9303)
    options = parser.parse_args()
    Speech.models = (options.name,)
    Speech.voices = (options.voice,)
    Speech.any_voice = options.any_voice
    Speech.voice = PiperVoice.load(options.model)
    serve(Speech, options.port, options.name)


main()
