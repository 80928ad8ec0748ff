"""The HTTP side of the small servers beside it: OpenAI's routes and error bodies, on loopback. Standard library only."""

import json
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Refusal(Exception):
    def __init__(self, status, message, param=None):
        super().__init__(message)
        self.status = status
        self.param = param


class Request:
    def __init__(self, content_type, body):
        self.content_type = content_type
        self.body = body

    def json(self):
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise Refusal(400, f"the body is no JSON: {error}") from error

    def form(self):
        """The fields of a form: text, or bytes where the field is a file."""
        head = f"content-type: {self.content_type}\r\n\r\n".encode()
        message = BytesParser().parsebytes(head + self.body)
        if not message.is_multipart():
            raise Refusal(400, "the body is no form")
        fields = {}
        for part in message.get_payload():
            name = part.get_param("name", header="content-disposition")
            value = part.get_payload(decode=True)
            fields[name] = value if part.get_filename() else value.decode()
        return fields


class Answer:
    """`body` is bytes, what JSON can say, or a generator of bytes, which are sent as they come."""

    def __init__(self, body, content_type="application/json"):
        self.body = body
        self.content_type = content_type


def serve(port, routes):
    """Serves `routes`, from such as `POST /v1/audio/speech` to a function from `Request` to `Answer`, without end."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            self.respond("GET")

        def do_POST(self):
            self.respond("POST")

        def respond(self, method):
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            try:
                route = routes.get(f"{method} {self.path.split('?')[0]}")
                if route is None:
                    raise Refusal(404, f"there is no {method} {self.path}")
                self.send(200, route(Request(self.headers.get("content-type", ""), body)))
            except Refusal as refusal:
                error = {"message": str(refusal), "type": "invalid_request_error", "param": refusal.param, "code": None}
                self.send(refusal.status, Answer({"error": error}))

        def send(self, status, answer):
            body = answer.body if hasattr(answer.body, "__next__") else None
            whole = b"" if body else answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
            # What goes wrong before the first piece is a refusal, not an answer that breaks off.
            first = next(body, b"") if body else b""
            self.send_response(status)
            self.send_header("content-type", answer.content_type)
            if not body:
                self.send_header("content-length", str(len(whole)))
                self.end_headers()
                self.wfile.write(whole)
                return
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            self.piece(first)
            for piece in body:
                self.piece(piece)
            self.wfile.write(b"0\r\n\r\n")

        def piece(self, piece):
            if piece:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))

        def log_message(self, *_):
            pass

    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
