"""No web server and no socket: tests/support/inprocess calls api_handle() for each request that it reads from its standard input.

Frames in both directions are a length (4 bytes, big endian) and that many bytes. A request is the frames: method, target,
number of headers as text, name and value of each, body. An answer is: status as text, number of headers, names and values, body.
"""

import struct
import subprocess

from .. import processes
from ..answers import Answer


class Ended(Exception):
    """The program ended without an answer: it crashed, or a sanitizer stopped it."""


class InProcess:
    name = "inprocess"

    def __init__(self, world, wrapper=()):
        self.world = world
        self.folder = world.subfolder("inprocess")
        self.wrapper = list(wrapper)  # valgrind and its options
        self.daemon = None

    def start(self):
        self.daemon = processes.Daemon(
            "inprocess",
            [*self.wrapper, self.world.program("tests/support/inprocess")],
            self.folder,
            self.world.variables(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def stop(self):
        if self.daemon is None:
            return None
        self.daemon.process.stdin.close()
        code = self.daemon.process.wait(60)
        self.daemon.process.stdout.close()
        self.daemon = None
        if code != 0:
            raise RuntimeError(f"inprocess ended with {code}")
        return code

    def send(self, method, target, headers=(), body=b""):
        frames = [method.encode("latin-1"), _bytes(target), str(len(headers)).encode()]
        for name, value in headers:
            frames += [_bytes(name), _bytes(value)]
        frames.append(body)
        try:
            self.daemon.process.stdin.write(b"".join(struct.pack(">I", len(frame)) + frame for frame in frames))
            self.daemon.process.stdin.flush()
        except BrokenPipeError:
            raise Ended(self.daemon.log()[-4000:]) from None
        status = int(self._frame())
        got = [(self._frame().decode("latin-1"), self._frame().decode("latin-1")) for _ in range(int(self._frame()))]
        return Answer(status, got, self._frame())

    def _frame(self):
        return self._exactly(struct.unpack(">I", self._exactly(4))[0])

    def _exactly(self, count):
        data = self.daemon.process.stdout.read(count)
        if len(data) < count:
            raise Ended(self.daemon.log()[-4000:])
        return data


def _bytes(text):
    return text if isinstance(text, bytes) else text.encode("latin-1")
