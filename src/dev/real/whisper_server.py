"""POST /v1/audio/transcriptions by faster-whisper (MIT) on the CPU.

usage: whisper_server.py --model DIR [--name whisper-base] [--port 9301] [--threads 2]
DIR holds a Whisper model of CTranslate2: model.bin, config.json, tokenizer.json, vocabulary.json, preprocessor_config.json.
Answers json, text and verbose_json, whole or, with stream=true, as transcript.text.delta and .done events.
"""

import argparse
import io
import json
import threading
from email import policy
from email.parser import BytesParser

from av.error import FFmpegError
from faster_whisper import WhisperModel
from openai_http import Handler, Refusal, serve

FORMATS = ("json", "text", "verbose_json")


def form_fields(body, content_type):
    """multipart/form-data as {name: bytes}."""
    if not content_type.startswith("multipart/form-data"):
        raise Refusal(400, f"The body must be multipart/form-data; Content-Type was {content_type or 'missing'}")
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    parts = BytesParser(policy=policy.HTTP).parsebytes(head + body)
    names = ((part.get_param("name", header="content-disposition"), part) for part in parts.iter_parts())
    return {name: part.get_payload(decode=True) or b"" for name, part in names if name}


def segment(part):
    keys = ("id", "seek", "start", "end", "text", "tokens", "temperature", "avg_logprob", "compression_ratio", "no_speech_prob")
    return {key: getattr(part, key) for key in keys}


class Transcriptions(Handler):
    model: WhisperModel
    # One at a time: each takes all the cores.
    turn = threading.Lock()

    def post_audio_transcriptions(self):
        fields = form_fields(self.body, self.headers.get("content-type") or "")
        text = {name: value.decode(errors="replace") for name, value in fields.items() if name != "file"}
        if "file" not in fields:
            raise Refusal(400, "Missing the field `file`", "file")
        self.require_model(text.get("model"))
        wanted = text.get("response_format") or "json"
        if wanted not in FORMATS:
            raise Refusal(400, f"response_format `{wanted}` is not one of {', '.join(FORMATS)}", "response_format")
        if text.get("stream") == "true":
            self.chunks("text/event-stream; charset=utf-8", self.events(fields["file"], text))
        else:
            self.answer(wanted, *self.transcribe(fields["file"], text))

    def transcribe(self, file, text):
        with self.turn:
            try:
                segments, info = self.model.transcribe(
                    io.BytesIO(file),
                    language=text.get("language") or None,
                    initial_prompt=text.get("prompt") or None,
                    temperature=float(text.get("temperature") or 0),
                    beam_size=1,
                    condition_on_previous_text=False,
                )
                return list(segments), info
            except FFmpegError as error:
                raise Refusal(400, f"The audio could not be decoded: {error}", "file") from error
            except ValueError as error:
                raise Refusal(400, f"language or temperature: {error}", "language") from error

    def answer(self, wanted, segments, info):
        said = "".join(part.text for part in segments).strip()
        if wanted == "text":
            self.whole(200, "text/plain; charset=utf-8", f"{said}\n".encode())
        elif wanted == "json":
            self.json(200, {"text": said})
        else:
            details = {"task": "transcribe", "language": info.language, "duration": info.duration}
            self.json(200, {**details, "text": said, "segments": [segment(part) for part in segments]})

    def events(self, file, text):
        segments, _ = self.transcribe(file, text)
        for part in segments:
            yield event({"type": "transcript.text.delta", "delta": part.text})
        yield event({"type": "transcript.text.done", "text": "".join(part.text for part in segments).strip()})


def event(value):
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n".encode()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--name", default="whisper-base")
    parser.add_argument("--port", type=int, default=9301)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    Transcriptions.models = (options.name,)
    Transcriptions.model = WhisperModel(options.model, device="cpu", compute_type="int8", cpu_threads=options.threads)
    serve(Transcriptions, options.port, options.name)


main()
