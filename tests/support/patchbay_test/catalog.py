"""A client of the Catalog dialect, for test programs."""

import json

from .answers import write_json

ROOT = "/data/foundation/catalog"


class Client:
    def __init__(self, door, world, project, token=None):
        self.door = door
        self.headers = [
            ("Authorization", f"Bearer {token or project.token()}"),
            ("x-api-key", world.client_key()),
            ("x-gw-ims-org-id", project.organisation),
        ]

    def send(self, method, path, body=None, *headers):
        names = {name.lower() for name, _ in headers}
        data = b"" if body is None else body if isinstance(body, bytes) else write_json(body).encode()
        kind = [] if body is None or "content-type" in names else [("Content-Type", "application/json")]
        return self.door.send(method, ROOT + path, [*self.headers, *kind, *headers], data)

    def get(self, path):
        return self.send("GET", path)

    def create(self, connection_id=None, **members):
        """A connection that must come into being; returns its id."""
        path = "/connections" + (f"/{connection_id}" if connection_id else "")
        answer = self.send("POST", path, {"connector": "dfa", "name": "a", **members})
        assert answer.status == 201, f"{members} was not created: {answer}"
        return answer.json()[0].rpartition("/")[2]

    def read(self, connection_id):
        answer = self.get(f"/connections/{connection_id}")
        assert answer.status == 200, answer
        return answer.json()[connection_id]

    def patch(self, connection_id, operations, *headers):
        return self.send("PATCH", f"/connections/{connection_id}", operations, ("Content-Type", "application/json-patch+json"), *headers)


def members(answer):
    """The ids of a list in the order in which they stand."""
    assert answer.status == 200, answer
    return list(json.loads(answer.body))
