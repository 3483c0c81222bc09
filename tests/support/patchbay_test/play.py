"""Playing cases through a door: fills the variables, sends the requests, judges the answers."""

import base64
import contextlib
import os
import re

from . import cases, doors, environment, match, places, tap, users

_VARIABLE = re.compile(r"\$?\$\{([^{}]*)\}")
_MADE = ("repeat ", "bytes ", "empty", "line", "file ", "base64 ", "form ", "open_form ")
_EXPECTING = ("any", "string", "integer", "boolean", "like", "save")


class Variables:
    """The names a case may use. Projects and tokens are made when they are first named."""

    def __init__(self, world, case, defaults):
        self.world = world
        self.project = world.project(case.settings.get("project"))
        self.texts = {**defaults.variables, **case.row}  # may name variables themselves
        self.known = {}
        self._environment = None

    def __getitem__(self, name):
        if name not in self.known:
            self.known[name] = self.make(name)
        return self.known[name]

    def make(self, name):
        if name in self.texts:
            return fill(self.texts[name], self)
        if name == "project":
            return self.project.name
        makers = {
            "token": self.project.token,
            "viewer": lambda: self.project.token("CONNECTIONS:VIEW"),
            "manager": lambda: self.project.token("CONNECTIONS:MANAGE"),
            "keeper_of_secrets": lambda: self.project.token("SECRETS:MANAGE"),
            "powerless": self.powerless,
            "stranger": lambda: self.world.project().token(),
            "expired": self.expired,
            "revoked": self.revoked,
            "never_issued": self.never_issued,
            "administrator": self.administrator,
            "user": self.user,
            "personal": lambda: self.world.issue_token(self.project.name, environment.ALL_PERMISSIONS, user=self["user"]),
            "user_in_escapes": lambda: "".join(f"%{byte:02x}" for byte in self["user"].encode()),
            "outsider": lambda: users.make(self.world, "outsider-" + self.project.name),
            "disabled_user": self.disabled_user,
            "organisation": lambda: self.project.organisation,
            "other_organisation": lambda: self.world.project().organisation,
            "client_key": self.world.client_key,
            "revoked_client_key": self.revoked_client_key,
            "project_with_environment": lambda: self.environment().name,
            "its_token": lambda: self.environment().token(),
            "its_environment": lambda: "environment of " + self.environment().name,
        }
        if name not in makers:
            raise KeyError(f"no variable ${{{name}}}")
        return makers[name]()

    def powerless(self):
        return self.world.issue_token(self.project.name, [])

    def expired(self):
        token = self.project.token()
        self.world.expire(token)
        return token

    def revoked(self):
        token = self.project.token()
        self.world.revoke(token)
        return token

    def never_issued(self):
        """Well-formed, checksum and all, but in no table."""
        ((token,),) = self.world.ask("select patchbay.credential_make('pbt')", user="postgres")
        return token

    def revoked_client_key(self):
        name = "revoked client of " + self.project.name
        ((key,),) = self.world.ask("select patchbay.client_create(%s)", name)
        self.world.ask("update patchbay.client set revoked_at = now() where name = %s", name)
        return key

    def administrator(self):
        """A token of a user who is an administrator. Nobody logs in as that user: the verifier fits no password."""
        name = "administrator of " + self.project.name
        self.world.ask("select patchbay.user_create(%s, %s, true)", name, f"scrypt$2$1$1${'0' * 32}${'0' * 64}")
        return self.world.issue_token(self.project.name, environment.ALL_PERMISSIONS, user=name)

    def user(self):
        """A user who may look at connections and change them."""
        return users.make(self.world, "user-" + self.project.name, self.project.name, ["CONNECTIONS:MANAGE"])

    def disabled_user(self):
        name = users.make(self.world, "disabled-" + self.project.name, self.project.name, ["CONNECTIONS:MANAGE"])
        users.disable(self.world, name)
        return name

    def environment(self):
        """Another project, with an environment of its own."""
        if self._environment is None:
            project = self._environment = self.world.project()
            name = "environment of " + project.name
            self.world.ask("select patchbay.environment_create(%s, 'TEST', 'for trying', 'https://test.example.com')", name)
            self.world.ask("select patchbay.environment_link(%s, %s)", name, project.name)
        return self._environment


def fill(text, variables, expectation=False):
    """Replaces ${name}; $${ stands for ${. In an expectation the placeholders of match.py stay."""

    def value(found):
        if found.group().startswith("$$"):
            return found.group()[1:]
        name = found.group(1)
        word = name.split(" ")[0]
        if expectation and word in _EXPECTING:
            return found.group()
        return _made(name) if name.startswith(_MADE) else str(variables[name])

    return _VARIABLE.sub(value, text)


def _made(name):
    """${repeat COUNT TEXT}, ${bytes HEX...}, ${empty}, ${file NAME}, ${base64 NAME}: bytes that are no text travel as surrogates until they are
    encoded. Files are of tests/keystores; the base64 of a PEM file is what is in it."""
    if name in ("empty", "line"):
        return "\n" if name == "line" else ""
    kind, _, rest = name.partition(" ")
    if kind in ("form", "open_form"):
        return form(rest, kind == "form")
    if kind in ("file", "base64"):
        with open(places.source("tests", "keystores", rest), "rb") as file:
            data = file.read()
        if kind == "file":
            return data.decode("utf-8", "surrogateescape")
        return "".join(data.decode().split("\n")[1:-2]) if rest.endswith(".pem") else base64.b64encode(data).decode()
    if kind == "bytes":
        return bytes.fromhex(rest).decode("utf-8", "surrogateescape")
    count, _, what = rest.partition(" ")
    return what * int(count)


def form(name, closed=True):
    """A certificate's form, boundary x, all of whose fields are good."""
    fields = {"certificateName": name, "alias": "server", "certificateDescription": "d", "environmentList": "production",
              "pemEncodedFile": _made("file server.pem")}
    parts = [f'--x\nContent-Disposition: form-data; name="{field}"\n\n{value}' for field, value in fields.items()]
    return "\n".join(parts + ["--x--"] * closed)


def encode(text):
    return text.encode("utf-8", "surrogateescape")


class Failure(AssertionError):
    """A step got another answer than the case says."""


def play(door, world, case, defaults):
    variables = Variables(world, case, defaults)
    for step in case.steps:
        request = prepare(step, variables, defaults)
        answer = door.send(*request)
        wrong = judge(step, answer, variables) + judge_always(request[0], answer)
        if wrong:
            raise Failure(_told(case, step, request, answer, wrong))


def prepare(step, variables, defaults):
    headers = [(fill(name, variables), fill(value, variables)) for name, value in step.headers]
    named = {name.lower() for name, _ in headers} | step.without
    for name, value in defaults.headers:
        of_a_body = name.lower() == "content-type"
        if name.lower() not in named and not (of_a_body and step.body is None):
            headers.append((name, fill(value, variables)))
    body = b"" if step.body is None else encode(fill(step.body, variables))
    if any(name.lower() == "content-type" and value.startswith("multipart/") for name, value in headers):
        body = body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")  # as forms have it
    return fill(step.method, variables), encode(fill(step.target, variables)), [(n, encode(v)) for n, v in headers], body


def judge(step, answer, variables):
    expected, wrong = step.expected, []
    status = fill(expected.status, variables)
    if str(answer.status) != status:
        wrong.append(f"status: expected {status}, got {answer.status}")
    for name, how, value in expected.headers:
        wrong += _judge_header(name, how, value and fill(value, variables, True), answer, variables.known)
    if expected.body is not None:
        wrong += _judge_body(fill(expected.body, variables, True), answer, variables.known)
    return wrong


def _judge_header(name, how, value, answer, saved):
    got = answer.header(name)
    if how == "-":
        return [] if got is None else [f"{name}: expected none, got {got}"]
    if got is None:
        return [f"{name}: missing, expected {value}"]
    if how == "~":
        items = [sorted(item.strip() for item in text.split(",")) for text in (value, got)]
        return [] if items[0] == items[1] else [f"{name}: expected these in any order: {value}, got {got}"]
    return match.differences(value, got, saved, name)


def _judge_body(text, answer, saved):
    if text[:1] not in ("{", "["):
        got = answer.body.decode("utf-8", "backslashreplace")
        return [] if got == text else [f"the body: expected {text!r}, got {got!r}"]
    expected = match.read_expected(text)
    try:
        got = answer.json()
    except ValueError as error:
        return [f"the body is not JSON: {error}"]
    return match.differences(expected, got, saved)


def judge_always(method, answer):
    """What holds for every answer of Patchbay, said once here instead of in every case."""
    wrong = []
    if re.fullmatch(r"[A-Za-z0-9._-]{1,64}", answer.header("X-Request-Id") or "") is None:
        wrong.append(f"X-Request-Id: missing or not sane: {answer.header('X-Request-Id')}")
    length = answer.header("Content-Length")
    if length is not None and method != "HEAD" and int(length) != len(answer.body):
        wrong.append(f"Content-Length is {length}, the body has {len(answer.body)} bytes")
    if method == "HEAD" and answer.body:
        wrong.append("an answer to HEAD has a body")
    if answer.body:
        kind = answer.header("Content-Type")
        if answer.body[:1] in (b"{", b"[") and kind != "application/json;charset=UTF-8":
            wrong.append(f"Content-Type: expected application/json;charset=UTF-8, got {kind}")
    return wrong


def _told(case, step, request, answer, wrong):
    method, target, headers, body = request
    sent = "\n".join(f"> {n}: {'(a secret)' if n in ('Authorization', 'x-api-key') else v.decode('utf-8', 'backslashreplace')}" for n, v in headers)
    return (
        f"{case.file}:{step.expected.line}\n"
        + "\n".join(wrong)
        + f"\n> {method} {target.decode('utf-8', 'backslashreplace')}\n{sent}\n{body[:1500].decode('utf-8', 'backslashreplace')}"
        + f"\n< {answer!r}"
    )


def all_cases_through(door_name):
    """The whole of a test program: every case of every dialect through one door."""
    dialects = places.source("tests", "api")
    for dialect in sorted(os.listdir(dialects)):
        if os.path.exists(os.path.join(dialects, dialect, "defaults")):
            found, defaults = cases.read_folder(os.path.join(dialects, dialect))
            for case in found:
                if door_name in case.settings.get("doors", door_name).split():
                    tap.add(f"{dialect}: {case.title}", lambda world, case=case, defaults=defaults: play(world.door, world, case, defaults))

    @contextlib.contextmanager
    def with_door():
        with environment.world() as world:
            world.door = doors.opened(world, door_name)
            yield world

    tap.main(with_door)
