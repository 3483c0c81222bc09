"""Reading *.case files: requests and the answers they must get. tests/README.md has the format, with examples.

A file is read into Case values; variables stay as written, because their values differ from door to door (play.py fills them).
"""

import os
import re


class Mistake(Exception):
    """A case file is not well-formed."""


class Expectation:
    def __init__(self, status, line):
        self.status = status  # text, perhaps a variable
        self.line = line
        self.headers = []  # [(name, "=", value)] exact, (name, "~", items) in any order, (name, "-", None) absent
        self.body = None   # text, or None when the case does not say


class Step:
    def __init__(self, method, target, line):
        self.method = method
        self.target = target
        self.line = line
        self.headers = []     # [(name, value)]
        self.without = set()  # lower-case names of default headers this request does not carry
        self.body = None
        self.expected = None


class Case:
    def __init__(self, title, file, line):
        self.title = title
        self.file = file
        self.line = line
        self.settings = {}
        self.steps = []
        self.row = {}

    @property
    def where(self):
        return f"{os.path.basename(self.file)}:{self.line}"


class Defaults:
    """What every request of a dialect carries unless it says otherwise, and the dialect's abbreviations."""

    def __init__(self, file):
        self.headers = []
        self.variables = {}
        with open(file, encoding="utf-8") as text:
            for number, line in enumerate(text, 1):
                line = line.strip()
                let = re.fullmatch(r"let (\w+) = (.+)", line)
                header = re.fullmatch(r"> ([\w-]+): (.+)", line)
                if let:
                    self.variables[let.group(1)] = let.group(2)
                elif header:
                    self.headers.append((header.group(1), header.group(2)))
                elif line and not line.startswith("#"):
                    raise Mistake(f"{file}:{number}: neither `let NAME = TEXT` nor `> Header: value`")


class _Reader:
    def __init__(self, file):
        self.file = file
        self.number = 0
        self.cases = []
        self.case = None
        self.step = None
        self.body = None  # lines being gathered
        self.table = []

    def fail(self, text):
        raise Mistake(f"{self.file}:{self.number}: {text}")

    def read(self):
        with open(self.file, encoding="utf-8") as text:
            for self.number, line in enumerate(text, 1):
                self.take(line.rstrip("\n"))
        self.end_case()
        return self.cases

    def take(self, line):
        for prefix, act in (("#", self.comment), ("== ", self.begin_case), ("@", self.setting), ("| ", self.row),
                            ("> ", self.request), ("< ", self.answer)):
            if line.startswith(prefix):
                if prefix not in ("> ", "< "):
                    self.end_body()
                return act(line[len(prefix):])
        if self.body is not None:
            self.body.append(line)
        elif line.strip():
            self.fail("a body must follow a request or an answer")
        return None

    def comment(self, _):
        pass

    def begin_case(self, title):
        self.end_case()
        self.case = Case(title.strip(), self.file, self.number)

    def setting(self, line):
        name, _, value = line.partition(" ")
        if self.case is None or self.step is not None:
            self.fail("a setting belongs between a title and its first request")
        if name not in ("project", "doors"):
            self.fail(f"no such setting: {name}")
        self.case.settings[name] = value.strip()

    def row(self, line):
        if self.case is None or self.step is not None:
            self.fail("a table belongs between a title and its first request")
        if not line.rstrip().endswith("|"):
            self.fail("a row of a table ends with |")
        self.table.append([cell.strip() for cell in line.rstrip()[:-1].split(" | ")])

    def request(self, line):
        if self.case is None:
            self.fail("a request before the first title")
        first = re.fullmatch(r"([A-Z]+|\$\{\w+\}) (\S.*)", line)
        if first:
            self.end_body()
            if self.step is not None and self.step.expected is None:
                self.fail("the request before has no answer")
            self.step = Step(first.group(1), first.group(2).strip(), self.number)
            self.case.steps.append(self.step)
            self.body = []
            return
        if self.step is None or self.step.expected is not None or any(self.body or []):
            self.fail("a header of no request")
        absent = re.fullmatch(r"-([\w-]+)", line)
        header = re.fullmatch(r"([^\s:]+):(?: (.*))?", line)
        if absent:
            self.step.without.add(absent.group(1).lower())
        elif header:
            self.step.headers.append((header.group(1), header.group(2) or ""))
        else:
            self.fail("neither `METHOD TARGET`, `Header: value` nor `-Header`")

    def answer(self, line):
        if self.step is None:
            self.fail("an answer to no request")
        status = re.fullmatch(r"\d\d\d|\$\{\w+\}", line.strip())
        if status and self.step.expected is None:
            self.end_body()
            self.step.expected = Expectation(line.strip(), self.number)
            self.body = []
            return
        expected = self.step.expected
        if expected is None or any(self.body or []):
            self.fail("a header of no answer")
        absent = re.fullmatch(r"-([\w-]+)", line)
        header = re.fullmatch(r"([\w-]+)(:| ~) (.*)", line)
        if absent:
            expected.headers.append((absent.group(1), "-", None))
        elif header:
            expected.headers.append((header.group(1), "=" if header.group(2) == ":" else "~", header.group(3)))
        else:
            self.fail("neither a status, `Header: value`, `Header ~ items in any order` nor `-Header`")

    def end_body(self):
        if self.body is None:
            return
        text = "\n".join(self.body).strip()
        if text:
            if self.step.expected is None:
                self.step.body = text
            else:
                self.step.expected.body = text
        self.body = None

    def end_case(self):
        self.end_body()
        if self.case is not None:
            if not self.case.steps or any(step.expected is None for step in self.case.steps):
                self.fail(f"the case before has a request without an answer: {self.case.title}")
            self.cases += list(self.spread())
        self.case, self.step, self.table = None, None, []

    def spread(self):
        """A case with a table is one case a row."""
        if not self.table:
            yield self.case
            return
        head, *rows = self.table
        if not rows:
            self.fail("a table needs a row under its head")
        for row in rows:
            if len(row) != len(head):
                self.fail(f"a row of {self.case.title} has {len(row)} cells, the head {len(head)}: {row}")
            values = dict(zip(head, row))
            title = self.case.title
            for name, value in values.items():
                title = title.replace("${" + name + "}", value)
            one = Case(title, self.case.file, self.case.line)
            one.settings, one.steps, one.row = self.case.settings, self.case.steps, values
            yield one


def read_file(file):
    return _Reader(file).read()


def read_folder(folder):
    """All cases of a dialect, in order of file names, and its defaults. Titles are unique."""
    cases = []
    for name in sorted(os.listdir(folder)):
        if name.endswith(".case"):
            cases += read_file(os.path.join(folder, name))
    seen = {}
    for case in cases:
        if case.title in seen:
            raise Mistake(f"{case.where}: the title is used already in {seen[case.title]}: {case.title}")
        seen[case.title] = case.where
    return cases, Defaults(os.path.join(folder, "defaults"))
