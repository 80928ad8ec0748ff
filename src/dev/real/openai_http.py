"""What the model servers here have in common: OpenAI's errors, JSON, streamed bodies. Standard library only; loopback only."""

import json
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MAX_BODY = 32 * 1024 * 1024


class Refusal(Exception):
    """Answered as OpenAI's error object."""

    def __init__(self, status, message, param=None, code=None):
        super().__init__(message)
        self.status = status
        self.body = {"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}}


class Handler(BaseHTTPRequestHandler):
    """Routes are methods named after them: `post_audio_speech` for POST /v1/audio/speech. The server has `models`."""

    protocol_version = "HTTP/1.1"
    models = ()

    def do_GET(self):
        self._route("get")

    def do_POST(self):
        self._route("post")

    def _route(self, verb):
        path = self.path.split("?")[0]
        try:
            self.body = self._read_body()
            act = getattr(self, verb + path.removeprefix("/v1").replace("/", "_"), None) if path.startswith("/v1/") else None
            if path == "/health" and verb == "get":
                self.json(200, {"status": "ok"})
            elif act is None:
                raise Refusal(404, f"There is no {self.command} {path}")
            else:
                act()
        except Refusal as refusal:
            self.json(refusal.status, refusal.body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        except Exception as error:  # noqa: BLE001: one failed request is not the end of the server
            self.log_error("%r", error)
            self.close_connection = True
            if not getattr(self, "begun", False):
                self.json(500, {"error": {"message": str(error), "type": "server_error", "param": None, "code": None}})

    def _read_body(self):
        self.begun = False
        length = int(self.headers.get("content-length") or 0)
        if length > MAX_BODY:
            self.close_connection = True
            raise Refusal(413, f"The body has {length} bytes; {MAX_BODY} are taken")
        return self.rfile.read(length)

    def get_models(self):
        data = [{"id": name, "object": "model", "created": 0, "owned_by": "local"} for name in self.models]
        self.json(200, {"object": "list", "data": data})

    def require_model(self, name):
        if name not in self.models:
            raise Refusal(404, f"The model `{name}` does not exist; this server has {', '.join(self.models)}", "model", "model_not_found")

    def require_json(self):
        try:
            value = json.loads(self.body)
        except ValueError as error:
            raise Refusal(400, f"The body is no JSON: {error}") from error
        if not isinstance(value, dict):
            raise Refusal(400, "The body is no JSON object")
        return value

    def json(self, status, value):
        self.whole(status, "application/json", json.dumps(value, ensure_ascii=False).encode())

    def whole(self, status, content_type, data):
        self.begun = True
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def chunks(self, content_type, pieces):
        """Sends each piece as soon as it is made. The first is made before the status is sent, so that its failure is one."""
        pieces = iter(pieces)
        first = next(pieces, b"")
        self.begun = True
        self.send_response(200)
        self.send_header("content-type", content_type)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        self._chunk(first)
        for piece in pieces:
            self._chunk(piece)
        self.wfile.write(b"0\r\n\r\n")

    def _chunk(self, data):
        if data:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
            self.wfile.flush()

    def log_message(self, format, *args):
        sys.stderr.write(f"{self.command} {self.path} {format % args}\n")


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


def serve(handler, port, name):
    """Says `NAME listening on http://127.0.0.1:PORT/v1` and serves until SIGTERM."""
    server = Server(("127.0.0.1", port), handler)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"{name} listening on http://127.0.0.1:{server.server_address[1]}/v1", flush=True)
    server.serve_forever()
