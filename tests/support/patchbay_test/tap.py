"""Test programs: functions whose names are sentences, answers in TAP on standard output.

    from patchbay_test import tap

    @tap.test
    def exactly_one_of_32_clients_wins(world): ...

    tap.main(make_world)

`make_world` is a context manager; its value is given to every test. A failing test says what was expected and what came;
the rest still runs. Names on the command line choose tests.
"""

import os
import sys
import time
import traceback

from . import places

_tests = []


class Skip(Exception):
    """The test can't be run here; the reason is told."""


def test(function):
    _tests.append((function.__name__.replace("_", " ").strip(), function))
    return function


def add(name, function):
    """A test made by a loop: its name is a sentence of its own."""
    _tests.append((name, function))


def say(text):
    for line in str(text).splitlines() or [""]:
        sys.stdout.write("# " + line + "\n")
    sys.stdout.flush()


def _line(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _run(number, name, function, world):
    name = name.replace("#", "\\#")
    started = time.monotonic()
    try:
        function(world)
    except Skip as reason:
        _line(f"ok {number} - {name} # SKIP {reason}")
        return True
    except Exception as error:  # a test may fail in any way; it is told and the next one runs
        _line(f"not ok {number} - {name}")
        if isinstance(error, AssertionError) and str(error):
            say(error)
        else:
            say(traceback.format_exc())
        return False
    seconds = time.monotonic() - started
    _line(f"ok {number} - {name}" + (f" ({seconds:.1f} s)" if seconds >= 1 else ""))
    return True


def main(make_world):
    chosen = [(n, f) for n, f in _tests if not sys.argv[1:] or any(word in n for word in sys.argv[1:])]
    good = True
    try:
        with make_world() as world:
            _line(f"1..{len(chosen)}")
            for number, (name, function) in enumerate(chosen, 1):
                good = _run(number, name, function, world) and good
            check = getattr(world, "check_quiet", None)
            if check is not None:
                check()
    except places.Missing as missing:
        _line(f"Bail out! {missing}")
        good = False
    except Exception:
        say(traceback.format_exc())
        _line("Bail out! the test's surroundings failed")
        good = False
    sys.stdout.flush()
    os._exit(0 if good else 1)  # threads of a failed test must not hold the program
