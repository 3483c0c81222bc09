"""Expected JSON against what came.

Exact unless the expectation says otherwise: every member, no other, arrays in order, numbers by their text, true is not 1.
In an expectation

    ...                     among the members of an object: further members may be there
    "${any}"                anything at all
    "${string}" "${integer}" "${boolean}"     anything of that kind
    "${like REGEX}"         a string that the regular expression matches whole
    "${save NAME}"          anything; later steps of the case may use ${NAME}
"""

import json
import re

from .answers import Number, read_json, write_json

_SPECIAL = re.compile(r"\$\{(any|string|integer|boolean|like|save)(?: (.*))?\}", re.S)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_REST = "..."


def read_expected(text):
    """Reads an expectation: JSON in which `...` may stand for further members."""
    pieces, end = [], 0
    for string in _STRING.finditer(text):
        pieces += [text[end:string.start()].replace(_REST, '"...": null'), string.group()]
        end = string.end()
    pieces.append(text[end:].replace(_REST, '"...": null'))
    return read_json("".join(pieces))


def differences(expected, got, saved, where=""):
    """What is wrong, one line each; empty when it matches. `saved` takes what ${save} names."""
    here = where or "the body"
    if isinstance(expected, str) and not isinstance(expected, Number):
        special = _SPECIAL.fullmatch(expected)
        if special:
            return _special(special.group(1), special.group(2), got, saved, here)
    if type(expected) is not type(got):
        return [f"{here}: expected {_show(expected)}, got {_show(got)}"]
    if isinstance(expected, dict):
        return _members(expected, got, saved, where)
    if isinstance(expected, list):
        if len(expected) != len(got):
            return [f"{here}: expected {len(expected)} items, got {len(got)}: {_show(got)}"]
        wrong = []
        for index, (one, other) in enumerate(zip(expected, got)):
            wrong += differences(one, other, saved, f"{where}[{index}]")
        return wrong
    return [] if expected == got else [f"{here}: expected {_show(expected)}, got {_show(got)}"]


def _members(expected, got, saved, where):
    wrong = []
    for name, value in expected.items():
        if name == _REST:
            continue
        if name not in got:
            wrong.append(f"{where}.{name}: missing, expected {_show(value)}")
        else:
            wrong += differences(value, got[name], saved, f"{where}.{name}")
    if _REST not in expected:
        wrong += [f"{where}.{name}: not expected, got {_show(value)}" for name, value in got.items() if name not in expected]
    return wrong


def _special(kind, argument, got, saved, here):
    plain_string = isinstance(got, str) and not isinstance(got, Number)
    if kind == "save":
        saved[argument] = got if isinstance(got, str) else write_json(got)
        return []
    fits = {
        "any": lambda: True,
        "string": lambda: plain_string,
        "integer": lambda: isinstance(got, Number) and re.fullmatch(r"-?\d+", got) is not None,
        "boolean": lambda: isinstance(got, bool),
        "like": lambda: plain_string and re.fullmatch(argument, got, re.S) is not None,
    }[kind]()
    return [] if fits else [f"{here}: expected {kind} {argument or ''}".rstrip() + f", got {_show(got)}"]


def _show(value):
    if isinstance(value, Number):
        return str(value)
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 400 else text[:200] + " … " + text[-100:]
