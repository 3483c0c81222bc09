"""Workers to deploy to: HTTP servers in this process that can be told to misbehave, and lighttpd with mod_webdav.

    gateway = gateways.Gateway("one"); gateway.start(); gateway.behaviour = "slow"

What a worker holds is `held()`: {connection id: the body as a JSON value}.
"""

import http.server
import json
import os
import random
import socket
import socketserver
import ssl
import subprocess
import threading
import time

from . import places, processes

NOBODY = "00000000-0000-0000-0000-000000000000"


class Gateway:
    """Behaviours: well; slow (answers and takes it after `delay`); reset (after reading); late (takes it, then breaks off); a number (that
    status, nothing taken); flaky (503, then well, by turns); lying (says 200, takes nothing); mixed (of all by `chance`).
    A careful worker answers 409 to an older revision than it has seen of an id, as the protocol advises."""

    def __init__(self, name, behaviour="well", careful=True, delay=30, authorization=None, certificate=None):
        self.name = name
        self.behaviour = behaviour
        self.careful = careful
        self.delay = delay
        self.authorization = authorization
        self.certificate = certificate  # (certificate file, key file)
        self.chance = random.Random(name)
        self.port = processes.free_port()
        self.lock = threading.Lock()
        self.bodies = {}
        self.revisions = {}
        self.deliveries = []  # (id, revision) of what was taken, in order
        self.requests = 0
        self.under_way = 0
        self.most_under_way = 0
        self.heads = []
        self.server = None

    @property
    def url(self):
        return f"{'https' if self.certificate else 'http'}://localhost:{self.port}/base"

    def start(self):
        gateway = self

        class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True
            request_queue_size = 512

            def handle_error(self, request, client_address):
                pass  # clients that go away are what is tested

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_PUT(self):
                gateway.handle(self)

            do_DELETE = do_PUT

            def log_message(self, *_):
                pass

        self.server = Server(("127.0.0.1", self.port), Handler)
        if self.certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*self.certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.generation = object()
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self):
        """Nobody listens any more; what it holds stays, as on a disk."""
        server, self.server = self.server, None
        if server is not None:
            self.generation = None
            server.shutdown()
            server.server_close()

    def handle(self, request):
        length = int(request.headers.get("Content-Length") or 0)
        body = request.rfile.read(length)
        if self.generation is None or len(body) < length:
            request.close_connection = True
            return
        behaviour = self.behaviour
        with self.lock:
            self.requests += 1
            self.under_way += 1
            self.most_under_way = max(self.most_under_way, self.under_way)
            self.heads.append(dict(request.headers))
            if behaviour == "mixed":
                behaviour = self.chance.choice(["well"] * 6 + ["reset", "late", "lag", 500, 503])
            elif behaviour == "flaky":
                behaviour = "well" if self.requests % 2 == 0 else 503
        try:
            self.behave(request, behaviour, body)
        finally:
            with self.lock:
                self.under_way -= 1

    def behave(self, request, behaviour, body):
        if behaviour in ("slow", "lag"):
            time.sleep(self.delay if behaviour == "slow" else self.chance.uniform(0, self.delay))
        if behaviour == "reset":
            request.close_connection = True
            return
        if isinstance(behaviour, int):
            return self.answer(request, behaviour)
        if self.authorization is not None and request.headers.get("Authorization") != self.authorization:
            return self.answer(request, 401)
        status = 200 if behaviour == "lying" else self.take(request, body)
        if behaviour == "late":
            request.close_connection = True
            return
        self.answer(request, status)

    def take(self, request, body):
        identity = request.path.removeprefix("/base/connections/")
        revision = int(request.headers["X-Patchbay-Revision"])
        with self.lock:
            if identity == NOBODY:
                return 404
            if self.careful and revision < self.revisions.get(identity, 0):
                return 409
            self.revisions[identity] = revision
            self.deliveries.append((identity, revision))
            if request.command == "DELETE":
                return 204 if self.bodies.pop(identity, None) is not None else 404
            known = identity in self.bodies
            self.bodies[identity] = json.loads(body)
            return 200 if known else 201

    def answer(self, request, status):
        request.send_response(status)
        if status != 204:
            request.send_header("Content-Length", "0")
        request.end_headers()

    def held(self):
        with self.lock:
            return dict(self.bodies)


class WebDav:
    """lighttpd with mod_webdav: a worker that is nothing but a folder of files."""

    def __init__(self, world, name):
        module = next((p for p in ("/usr/lib/lighttpd/mod_webdav.so", "/usr/lib64/lighttpd/mod_webdav.so") if os.path.exists(p)), None)
        if module is None:
            raise places.Missing("mod_webdav.so is not installed (Debian package lighttpd-mod-webdav)")
        self.name = name
        self.port = processes.free_port()
        self.folder = world.subfolder("webdav")
        self.files = os.path.join(self.folder, "connections")
        os.mkdir(self.files, 0o700)
        processes.give(self.files)
        self.configuration = os.path.join(self.folder, "lighttpd.conf")
        self.daemon = None
        with open(self.configuration, "w") as file:
            file.write(
                f'server.port = {self.port}\nserver.bind = "127.0.0.1"\nserver.document-root = "{self.folder}"\n'
                f'server.errorlog = "{self.folder}/error.log"\nserver.upload-dirs = ("{self.folder}")\n'
                'server.modules = ("mod_webdav")\n'
                '$HTTP["url"] =~ "^/connections($|/)" { webdav.activate = "enable" webdav.is-readonly = "disable" }\n'
            )
        os.chmod(self.configuration, 0o644)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        self.daemon = processes.Daemon("lighttpd", [places.tool("lighttpd", "lighttpd"), "-D", "-f", self.configuration], self.folder)
        processes.wait_until(self._listens, 15, f"lighttpd to listen\n{self.daemon.log()}")

    def _listens(self):
        if not self.daemon.alive():
            raise RuntimeError(f"lighttpd ended: {self.daemon.log()}")
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self):
        if self.daemon is not None:
            self.daemon.stop()
            self.daemon = None

    def held(self):
        held = {}
        for name in os.listdir(self.files):
            with open(os.path.join(self.files, name)) as file:
                held[name] = json.load(file)
        return held


def certificate(folder, name, host="localhost"):
    """A self-signed certificate and its key: (certificate file, key file)."""
    files = os.path.join(folder, name + ".pem"), os.path.join(folder, name + ".key")
    subprocess.run(
        [places.tool("openssl", "openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}", "-out", files[0], "-keyout", files[1]],
        check=True, capture_output=True, timeout=60,
    )
    return files


def environment(world, project, name=None):
    """An environment that is linked to a project."""
    name = name or f"environment {next(world.numbers)}"
    world.ask("select patchbay.environment_create(%s, 'TEST')", name)
    world.ask("select patchbay.environment_link(%s, %s)", name, project.name)
    return name


def add(world, environment_name, worker, ca=None):
    """Makes a worker known, with its name and URL."""
    world.ask("select patchbay.worker_create(%s, %s, %s, ca => %s)", environment_name, worker.name, worker.url, ca)


def wanted(world, project):
    """What each worker of a project's environments has to hold, by connection id: name and revision."""
    rows = world.ask(
        "select connection_id::text, connection.name, revision from patchbay.connection join patchbay.project using (project_id)"
        " where project.name = %s and enabled and deploy_to_worker", project,
    )
    return {identity: (name, revision) for identity, name, revision in rows}


def summary(worker):
    return {identity: (body["name"], body["revision"]) for identity, body in worker.held().items()}
