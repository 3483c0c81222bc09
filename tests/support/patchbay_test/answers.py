"""An answer as it came, and JSON read more strictly than Python does: a repeated member is an error, numbers keep their text."""

import json


class Number(str):
    """A JSON number as its text: 1, 1.0 and 1e0 are three different answers to a client who sent one of them."""

    def __repr__(self):
        return str(self)


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers  # [(name, value)] in the order they came
        self.body = body

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def header(self, name):
        """The header's value, None when absent; a header that came twice is an error."""
        values = self.all(name)
        if len(values) > 1:
            raise AssertionError(f"{name} came {len(values)} times: {values}")
        return values[0] if values else None

    def json(self):
        return read_json(self.body)

    def description(self):
        """error_description of an Apinizer error, None where there is none."""
        try:
            return self.json().get("error_description")
        except (ValueError, AttributeError):
            return None

    def __repr__(self):
        head = "".join(f"\n{name}: {value}" for name, value in self.headers)
        body = self.body.decode("utf-8", "backslashreplace")
        if len(body) > 2000:
            body = body[:1000] + f" … {len(body)} bytes … " + body[-500:]
        return f"{self.status}{head}\n\n{body}"


def read_json(text):
    def members(pairs):
        names = [name for name, _ in pairs]
        repeated = {name for name in names if names.count(name) > 1} if len(set(names)) < len(names) else None
        if repeated:
            raise ValueError(f"members came twice: {sorted(repeated)}")
        return dict(pairs)

    def refuse(word):
        raise ValueError(f"{word} is not JSON")

    if isinstance(text, bytes):
        text = text.decode("utf-8")
    return json.loads(text, object_pairs_hook=members, parse_int=Number, parse_float=Number, parse_constant=refuse)


def write_json(value):
    """The inverse of read_json: numbers go out as they came in."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(json.dumps(k) + ":" + write_json(v) for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(write_json(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)
