"""The private PostgreSQL that tests/support/with-database makes for a test program: its DSNs, stopping it, starting it again.

A test program that is started without one starts itself again below with-database, so that any test can be run by hand.
"""

import contextlib
import os
import subprocess
import sys

import psycopg2

from . import places

_ROLES = {"patchbay_worker": "PATCHBAY_TEST_DSN", "patchbay_admin": "PATCHBAY_TEST_ADMIN_DSN", "postgres": "PATCHBAY_TEST_OWNER_DSN"}


def ensure(durable):
    """Returns below with-database, or never."""
    if "PATCHBAY_TEST_DSN" not in os.environ:
        runner = places.source("tests", "support", "with-database")
        options = ["--durable"] if durable else []
        sys.stdout.flush()
        os.execv(runner, [runner, *options, sys.executable, *sys.argv])


class Cluster:
    def __init__(self):
        self.folder = os.environ["PATCHBAY_TEST_FOLDER"]
        self.log_path = os.path.join(self.folder, "postgres.log")
        self.dsns = {role: os.environ[name] for role, name in _ROLES.items()}
        with contextlib.closing(self.connect()) as connection, connection.cursor() as cursor:
            cursor.execute("show data_directory")
            (self.data,) = cursor.fetchone()

    def dsn(self, role):
        return self.dsns[role]

    def connect(self, role="postgres"):
        connection = psycopg2.connect(self.dsn(role))
        connection.autocommit = True
        return connection

    def do(self, what):
        """stop, start, restart or crash."""
        subprocess.run([places.source("tests", "support", "database"), what], check=True, stdin=subprocess.DEVNULL, timeout=120)
