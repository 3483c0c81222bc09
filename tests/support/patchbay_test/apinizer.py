"""A client of the Apinizer dialect, for test programs: connections by name, bodies as Python values."""

import json
import urllib.parse

from .answers import write_json


class Client:
    def __init__(self, door, project, token):
        self.door = door
        self.project = project
        self.token = token

    def target(self, name):
        return f"/apiops/projects/{quote(self.project)}/connections/{quote(name)}/"

    def headers(self, *more):
        return [("Authorization", f"Bearer {self.token}"), *more]

    def send(self, method, name, body=None, *headers):
        if body is None:
            return self.door.send(method, self.target(name), self.headers(*headers))
        data = body if isinstance(body, bytes) else write_json(body).encode()
        return self.door.send(method, self.target(name), self.headers(("Content-Type", "application/json"), *headers), data)

    def get(self, name):
        return self.send("GET", name)

    def post(self, name, body):
        return self.send("POST", name, body)

    def put(self, name, body, if_match=None):
        return self.send("PUT", name, body, *([("If-Match", if_match)] if if_match else []))

    def create(self, name, **settings):
        """A connection that must come into being; returns what was sent."""
        body = email(name, **settings)
        answer = self.post(name, body)
        assert answer.status == 200, f"{name} was not created: {answer}"
        return body

    def read(self, name):
        """The connection object; it must be there."""
        answer = self.get(name)
        assert answer.status == 200, f"{name} was not read: {answer}"
        return answer.json()["resultList"][0]


def email(name, **settings):
    return {"type": "email", "name": name, "host": "smtp.example.com", **settings}


def quote(text):
    return urllib.parse.quote(text, safe="")


def revision(answer):
    """The number in the ETag."""
    return int(json.loads(answer.header("ETag")))
