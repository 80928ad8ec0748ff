"""Whisper base (faster-whisper) behind `POST /v1/audio/transcriptions`: JSON and server-sent events.

usage: whisper_server.py MODEL_DIR PORT
"""

import io
import json
import sys

from faster_whisper import WhisperModel
from openai_http import Answer, Refusal, serve

NAME = "whisper-base"
whisper = WhisperModel(sys.argv[1], device="cpu", compute_type="int8", cpu_threads=2)


def transcribe(request):
    form = request.form()
    if form.get("model") != NAME:
        raise Refusal(404, f"The model `{form.get('model')}` does not exist: this server has `{NAME}`.", "model")
    language = form.get("language") or None
    if language is not None and language not in whisper.supported_languages:
        raise Refusal(400, f"Unknown language code: {language}", "language")
    wanted = form.get("response_format", "json")
    if wanted not in ("json", "verbose_json"):
        raise Refusal(400, f"response_format {wanted} is none of json, verbose_json", "response_format")
    segments, info = heard(form.get("file"), language, form.get("prompt"))
    if form.get("stream") == "true":
        return Answer(events(segments), "text/event-stream")
    segments = list(segments)
    text = "".join(segment.text for segment in segments).strip()
    if wanted == "json":
        return Answer({"text": text})
    return Answer({
        "task": "transcribe",
        "language": info.language,
        "duration": info.duration,
        "text": text,
        "segments": [segment_of(segment) for segment in segments],
    })


def heard(file, language, prompt):
    if not isinstance(file, bytes):
        raise Refusal(400, "there is no file in the form", "file")
    try:
        return whisper.transcribe(io.BytesIO(file), language=language, initial_prompt=prompt, beam_size=1)
    except Exception as error:  # PyAV has a class for each way in which a file is none.
        raise Refusal(400, f"cannot decode the audio file: {error}", "file") from error


def segment_of(segment):
    return {
        "id": segment.id,
        "start": segment.start,
        "end": segment.end,
        "text": segment.text,
        "avg_logprob": segment.avg_logprob,
        "compression_ratio": segment.compression_ratio,
        "no_speech_prob": segment.no_speech_prob,
    }


def events(segments):
    text = ""
    for segment in segments:
        text += segment.text
        yield event({"type": "transcript.text.delta", "delta": segment.text})
    yield event({"type": "transcript.text.done", "text": text.strip()})


def event(data):
    return f"data: {json.dumps(data)}\n\n".encode()


serve(
    int(sys.argv[2]),
    {
        "GET /v1/models": lambda _: Answer({"object": "list", "data": [{"id": NAME, "object": "model"}]}),
        "POST /v1/audio/transcriptions": transcribe,
    },
)
