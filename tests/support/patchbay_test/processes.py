"""Starting and stopping programs.

PostgreSQL refuses to run as root and a web server should not, so when the tests are run as root everything they start runs
as the user `postgres`; the tests themselves stay root, they are only clients. As any other user all is that user's.
"""

import os
import pwd
import signal
import socket
import subprocess
import tempfile
import time

from . import places

RUN_AS = "postgres" if os.geteuid() == 0 else None


def give(path):
    """Makes a file or folder belong to the user the programs run as."""
    if RUN_AS is not None:
        user = pwd.getpwnam(RUN_AS)
        os.chown(path, user.pw_uid, user.pw_gid)


def new_folder(prefix="patchbay-test-"):
    """A folder of our own for everything a test program makes. Short, because a Unix socket's path has 107 characters."""
    base = os.environ.get("PATCHBAY_TEST_TMP") or "/tmp"
    folder = tempfile.mkdtemp(prefix=prefix, dir=base)
    os.chmod(folder, 0o700)
    give(folder)
    return folder


def clean_environment(extra=None):
    """The environment of a started program: nothing of the caller's PATCHBAY_ or PG settings; sanitizers' options stay."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PATCHBAY_", "PG")) and name not in ("HOME", "USER", "LOGNAME")
    }
    kept["PATH"] = places.SEARCH
    kept.update(extra or {})
    return kept


def options(folder):
    """Arguments for subprocess that drop root."""
    chosen = {"cwd": folder}
    if RUN_AS is not None:
        user = pwd.getpwnam(RUN_AS)
        chosen.update(user=user.pw_uid, group=user.pw_gid, extra_groups=[])
    return chosen


def run(arguments, folder, environment=None, check=True, text=None, timeout=120):
    """Runs a program to its end; what it said is in the exception when it fails."""
    done = subprocess.run(
        arguments,
        env=clean_environment(environment),
        input=text,
        capture_output=True,
        text=True,
        timeout=timeout,
        **options(folder),
    )
    if check and done.returncode != 0:
        raise RuntimeError(f"{arguments[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done


class Daemon:
    """A program in the background, its output in a file, in a session of its own so that it can be ended whole."""

    def __init__(self, name, arguments, folder, environment=None, **more):
        self.name = name
        self.log_path = os.path.join(folder, name + ".log")
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                arguments,
                env=clean_environment(environment),
                stdin=more.pop("stdin", subprocess.DEVNULL),
                stdout=more.pop("stdout", log),
                stderr=log,
                start_new_session=True,
                **options(folder),
                **more,
            )

    @property
    def pid(self):
        return self.process.pid

    def alive(self):
        return self.process.poll() is None

    def log(self):
        with open(self.log_path, errors="replace") as log:
            return log.read()

    def stop(self, with_signal=signal.SIGTERM, seconds=15):
        """Asks it to end, waits, and ends its whole session when it does not listen. Returns its exit code."""
        if self.alive():
            self.process.send_signal(with_signal)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill_session()
        return self.process.returncode

    def kill_session(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait(15)


def wait_until(condition, seconds, what):
    """Polls until condition() is true; what was waited for is in the error."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.02)
    raise TimeoutError(f"waited {seconds} s in vain: {what}")


def children(pid):
    """The process ids of a process's children."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat") as stat:
                    after = stat.read().rpartition(")")[2].split()
            except OSError:
                continue
            if int(after[1]) == pid and after[0] != "Z":
                found.append(int(name))
    return found


def descendants(pid):
    found = []
    for child in children(pid):
        found += [child] + descendants(child)
    return found


def command_of(pid):
    """The path of the program a process runs, or "" when it is gone."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read().split(b"\0")[0].decode(errors="replace")
    except OSError:
        return ""


def cpu_seconds(pid):
    """User and system time a process has used so far, its reaped children not counted; 0 when it is gone."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
