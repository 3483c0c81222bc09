"""Writers that keep books: what each was told of every write, to be compared with what is stored when the dust has settled.

An answer 200 is a promise: the change is in the history under the revision of its ETag, for ever. Any other answer, or none,
promises nothing: the change may be there or not.
"""

import collections
import http.client
import time

from . import apinizer


class Ledger:
    def __init__(self, world, door, clients, refusals=(500, 502, 503, 504)):
        self.world = world
        self.door = door
        self.project = world.project()
        self.client = apinizer.Client(door, self.project.name, self.project.token())
        self.clients = clients
        self.refusals = refusals
        self.promised = [[] for _ in range(clients)]  # (revision, description)
        self.uncertain = [[] for _ in range(clients)]  # (how many promises came before, description)
        self.answers = []  # (when, status or None)
        self.refused = []  # answers that were no 200
        for index in range(clients):
            self.client.create(self.name(index), auth=True, username="u", password=f"secret of {index}")

    def name(self, index):
        return f"writer-{index}"

    def write(self, index, turn):
        """One write, for crowd.Load."""
        description = f"writer {index} turn {turn}"
        body = apinizer.email(self.name(index), auth=True, username="u", password=f"secret {index} {turn}", description=description)
        try:
            answer = self.client.put(self.name(index), body)
        except (OSError, EOFError, http.client.HTTPException):
            answer = None
        self.answers.append((time.monotonic(), answer and answer.status))
        if answer is not None and answer.status == 200:
            assert answer.json()["success"] is True, answer
            self.promised[index].append((apinizer.revision(answer), description))
            return
        self.uncertain[index].append((len(self.promised[index]), description))
        if answer is not None:
            self.refused.append(answer)
            assert answer.status in self.refusals, f"an update was answered {answer}"
        time.sleep(0.02)

    def count(self, status):
        return sum(1 for _, got in self.answers if got == status)

    def summary(self):
        counts = collections.Counter(str(status or "none") for _, status in self.answers)
        return ", ".join(f"{counts[status]} times {status}" for status in sorted(counts))

    def check(self):
        """Every promise is kept, and nothing is stored that nobody wrote."""
        rows = self.world.connections(self.project.name)
        names = {row["connection_id"]: name for name, row in rows.items()}
        history = {(names[identity], revision): text for identity, revision, _, _, text in self.world.history(self.project.name)}
        for index in range(self.clients):
            name = self.name(index)
            for revision, description in self.promised[index]:
                got = history.get((name, revision))
                assert got == description, f"{name} was told that revision {revision} is {description!r}, the history has {got!r}"
            stored = rows[name]
            last = self.promised[index][-1][1] if self.promised[index] else None
            possible = {last} | {text for before, text in self.uncertain[index] if before == len(self.promised[index])}
            assert stored["description"] in possible, f"{name} holds {stored['description']!r}, possible is {possible}"
            turn = stored["description"].split()[-1] if stored["description"] else None
            secret = self.client.read(name)["password"]
            assert secret == (f"secret {index} {turn}" if turn else f"secret of {index}"), f"{name}: the secret is not that of turn {turn}"
