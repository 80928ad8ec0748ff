"""Whisper (faster-whisper) behind `POST /v1/audio/transcriptions`: JSON and server-sent events.

usage: whisper_server.py --model DIR [--name whisper-base] [--port 9304]      with `openai_http.py` on PYTHONPATH
"""

import argparse
import io
import json
from email.parser import BytesParser

from faster_whisper import WhisperModel
from openai_http import Handler, Refusal, serve


class Transcriptions(Handler):
    whisper: WhisperModel

    def post_audio_transcriptions(self):
        form = self.form()
        self.require_model(form.get("model"))
        language = form.get("language") or None
        if language is not None and language not in self.whisper.supported_languages:
            raise Refusal(400, f"Unknown language code: {language}", "language")
        wanted = form.get("response_format", "json")
        if wanted not in ("json", "verbose_json"):
            raise Refusal(400, f"response_format {wanted} is none of json, verbose_json", "response_format")
        segments, info = self.heard(form.get("file"), language, form.get("prompt"))
        if form.get("stream") == "true":
            self.chunks("text/event-stream", events(segments))
            return
        segments = list(segments)
        text = "".join(segment.text for segment in segments).strip()
        if wanted == "json":
            self.json(200, {"text": text})
            return
        self.json(200, {
            "task": "transcribe",
            "language": info.language,
            "duration": info.duration,
            "text": text,
            "segments": [segment_of(segment) for segment in segments],
        })

    def form(self):
        """The fields of a form: text, or bytes where the field is a file."""
        head = f"content-type: {self.headers.get('content-type', '')}\r\n\r\n".encode()
        message = BytesParser().parsebytes(head + self.body)
        if not message.is_multipart():
            raise Refusal(400, "The body is no form")
        fields = {}
        for part in message.get_payload():
            name = part.get_param("name", header="content-disposition")
            value = part.get_payload(decode=True)
            fields[name] = value if part.get_filename() else value.decode()
        return fields

    def heard(self, file, language, prompt):
        if not isinstance(file, bytes):
            raise Refusal(400, "There is no file in the form", "file")
        try:
            return self.whisper.transcribe(io.BytesIO(file), language=language, initial_prompt=prompt, beam_size=1)
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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--name", default="whisper-base")
    parser.add_argument("--port", type=int, default=9304)
    options = parser.parse_args()
    Transcriptions.models = (options.name,)
    Transcriptions.whisper = WhisperModel(options.model, device="cpu", compute_type="int8", cpu_threads=2)
    serve(Transcriptions, options.port, options.name)


main()
