"""The worker on a socket of its own, spoken to in FastCGI as a web server would, or as a broken one would."""

import os
import signal
import socket
import struct

from .. import processes
from ..answers import Answer

BEGIN, ABORT, END, PARAMS, STDIN, STDOUT, STDERR = 1, 2, 3, 4, 5, 6, 7
RESPONDER, KEEP = 1, 1


def record(kind, content=b"", request=1):
    return struct.pack(">BBHHBB", 1, kind, request, len(content), 0, 0) + content


def stream(kind, content):
    """A stream's records and its end."""
    pieces = [record(kind, content[at:at + 65535]) for at in range(0, len(content), 65535)]
    return b"".join(pieces) + record(kind)


def begin(keep=False):
    return record(BEGIN, struct.pack(">HB5x", RESPONDER, KEEP if keep else 0))


def parameters(pairs):
    def length(n):
        return struct.pack(">B", n) if n < 128 else struct.pack(">I", n | 0x80000000)

    return b"".join(length(len(name)) + length(len(value)) + name + value for name, value in pairs)


def variables(method, target, headers, body_length):
    """What a web server makes of a request: the CGI variables, with REQUEST_URI undecoded."""
    path, _, query = target.partition(b"?")
    pairs = [
        (b"REQUEST_METHOD", method.encode("latin-1")),
        (b"REQUEST_URI", target),
        (b"SCRIPT_NAME", path),
        (b"QUERY_STRING", query),
        (b"SERVER_PROTOCOL", b"HTTP/1.1"),
        (b"GATEWAY_INTERFACE", b"CGI/1.1"),
        (b"REMOTE_ADDR", b"127.0.0.1"),
        (b"CONTENT_LENGTH", str(body_length).encode() if body_length is not None else b""),
    ]
    for name, value in headers:
        key = _bytes(name).upper().replace(b"-", b"_")
        if key == b"CONTENT_TYPE":
            pairs.append((key, _bytes(value)))
        elif key != b"CONTENT_LENGTH":
            pairs.append((b"HTTP_" + key, _bytes(value)))
    return pairs


class FastCgi:
    name = "fastcgi"

    def __init__(self, world):
        self.world = world
        self.folder = world.subfolder("fastcgi")
        self.socket_path = os.path.join(self.folder, "worker.sock")
        self.daemon = None

    def start(self):
        self.daemon = processes.Daemon(
            "worker",
            [self.world.program("patchbay.fcgi"), "--socket", self.socket_path],
            self.folder,
            self.world.variables(),
        )
        processes.wait_until(self._listens, 20, f"the worker to listen\n{self.daemon.log()}")

    def _listens(self):
        if not self.daemon.alive():
            raise RuntimeError(f"the worker ended:\n{self.daemon.log()}")
        try:
            self.connect().close()
            return True
        except OSError:
            return False

    def stop(self, with_signal=signal.SIGTERM):
        if self.daemon is None:
            return None
        code = self.daemon.stop(with_signal)
        self.daemon = None
        return code

    def worker_pids(self):
        return [self.daemon.pid]

    def connect(self, timeout=60):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(timeout)
        connection.connect(self.socket_path)
        return connection

    def send(self, method, target, headers=(), body=b""):
        target = _bytes(target)
        with self.connect() as connection:
            connection.sendall(
                begin() + stream(PARAMS, parameters(variables(method, target, headers, len(body)))) + stream(STDIN, body)
            )
            return read_answer(connection)

    def exchange(self, data, half_close=False):
        """Sends bytes as they are; returns the Answer, or None when the worker closed without one."""
        with self.connect() as connection:
            try:
                connection.sendall(data)
                if half_close:
                    connection.shutdown(socket.SHUT_WR)
            except (BrokenPipeError, ConnectionResetError):
                pass
            try:
                return read_answer(connection)
            except (EOFError, ConnectionResetError):
                return None


def read_records(connection):
    """Yields (kind, content) until END or the peer closes (EOFError)."""
    while True:
        _, kind, _, length, padding, _ = struct.unpack(">BBHHBB", _exactly(connection, 8))
        content = _exactly(connection, length + padding)[:length]
        yield kind, content
        if kind == END:
            return


def read_answer(connection):
    out = b"".join(content for kind, content in read_records(connection) if kind == STDOUT)
    head, separator, body = out.partition(b"\r\n\r\n")
    if not separator:
        raise EOFError("an answer without a head")
    headers, status = [], 200
    for line in head.decode("latin-1").split("\r\n"):
        name, _, value = line.partition(": ")
        if name.lower() == "status":
            status = int(value.split()[0])
        else:
            headers.append((name, value))
    return Answer(status, headers, body)


def _exactly(connection, count):
    pieces = []
    while count > 0:
        piece = connection.recv(min(count, 1 << 20))
        if not piece:
            raise EOFError("the worker closed the connection")
        pieces.append(piece)
        count -= len(piece)
    return b"".join(pieces)


def _bytes(text):
    return text if isinstance(text, bytes) else text.encode("latin-1")
