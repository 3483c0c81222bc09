"""What lighttpd and Apache have in common as doors: HTTP/1.1 over TCP, by hand, so that a test can send what no library would."""

import http.client
import os
import re
import signal
import socket

from .. import places, processes
from ..answers import Answer


class WebServer:
    """A web server of our own, as an ordinary user, on a free port of 127.0.0.1, with the project's sample configuration:
    only the definitions at its top are replaced, as an administrator would."""

    name = ""
    sample = ""

    def __init__(self, world, workers=2):
        self.world = world
        self.workers = workers
        self.port = processes.free_port()
        self.folder = world.subfolder(self.name)
        self.file = os.path.join(self.folder, "server.conf")
        self.daemon = None

    def arguments(self):
        raise NotImplementedError

    def definitions(self):
        """By how a definition begins in the sample: the line that replaces it."""
        raise NotImplementedError

    def additions(self):
        return []

    def write_configuration(self):
        with open(places.source("conf", self.sample)) as sample:
            text = sample.read()
        for name, line in self.definitions().items():
            text, count = re.subn(rf"^{re.escape(name)}(?= ).*$", lambda _: line, text, flags=re.M)
            if count != 1:
                raise RuntimeError(f"conf/{self.sample} has {count} definitions of {name}")
        with open(self.file, "w") as file:
            file.write("\n".join([text, *self.additions(), ""]))
        os.chmod(self.file, 0o644)

    def start(self):
        self.write_configuration()
        self.daemon = processes.Daemon("output", self.arguments(), self.folder)
        processes.wait_until(self._listens, 20, f"{self.name} to listen\n{self.logs()}")

    def _listens(self):
        if not self.daemon.alive():
            raise RuntimeError(f"{self.name} ended:\n{self.logs()}")
        try:
            self.connect().close()
            return True
        except OSError:
            return False

    def stop(self):
        """The server, then its workers: they finish what they have in hand."""
        if self.daemon is None:
            return
        workers = self.worker_pids()
        self.daemon.stop(signal.SIGTERM)
        self.daemon = None
        processes.wait_until(
            lambda: not any(processes.command_of(pid).endswith("patchbay.fcgi") for pid in workers), 20, f"the workers of {self.name} to end"
        )

    def logs(self):
        """What the server and its workers wrote."""
        text = ""
        for name in sorted(os.listdir(self.folder)):
            if name.endswith(".log"):
                with open(os.path.join(self.folder, name), errors="replace") as log:
                    text += log.read()
        return text

    def worker_pids(self):
        """The workers that run now. Apache's process manager stands between it and them."""
        return [pid for pid in processes.descendants(self.daemon.pid) if processes.command_of(pid).endswith("patchbay.fcgi")]

    def connect(self, timeout=60):
        connection = socket.create_connection(("127.0.0.1", self.port), timeout)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def send(self, method, target, headers=(), body=b""):
        """One request on a connection of its own: servers close kept ones when they like, and then nobody knows what was done."""
        with self.connect() as connection:
            connection.sendall(request_bytes(method, target, [*headers, ("Connection", "close")], body))
            return read_answer(connection, method)

    def exchange(self, data, half_close=False, timeout=60):
        """Sends bytes as they are on a new connection; returns the Answer, or None when the server closed without one."""
        with self.connect(timeout) as connection:
            try:
                connection.sendall(data)
                if half_close:
                    connection.shutdown(socket.SHUT_WR)
            except (BrokenPipeError, ConnectionResetError):
                pass
            try:
                return read_answer(connection, "GET")
            except (ConnectionResetError, http.client.HTTPException):
                return None


def request_bytes(method, target, headers, body):
    """A request as it goes over the wire. Content-Length is added where there is a body or the method has one by nature."""
    lines = [method.encode("latin-1") + b" " + _bytes(target) + b" HTTP/1.1"]
    names = {_bytes(name).lower() for name, _ in headers}
    if b"host" not in names:
        lines.append(b"Host: 127.0.0.1")
    lines += [_bytes(name) + b": " + _bytes(value) for name, value in headers]
    if b"content-length" not in names and b"transfer-encoding" not in names and (body or method in ("POST", "PUT", "PATCH")):
        lines.append(b"Content-Length: " + str(len(body)).encode())
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def read_answer(connection, method):
    response = http.client.HTTPResponse(connection, method=method)
    try:
        response.begin()
        body = response.read()
        headers = [(name, value) for name, value in response.getheaders()]
        return Answer(response.status, headers, body)
    except http.client.IncompleteRead as short:
        raise ConnectionResetError("the answer broke off") from short
    finally:
        response.close()


def _bytes(text):
    return text if isinstance(text, bytes) else text.encode("latin-1")
