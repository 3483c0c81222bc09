"""A private world: a database with the schema, a keyring, a configuration file, copies of the programs; projects and tokens in it.

    with environment.world() as world:
        project = world.project()
        token = project.token("CONNECTIONS:MANAGE")

The programs are copied into the world's folder, because the user they run as may not be able to reach the build folder.
Set PATCHBAY_TEST_KEEP=1 to keep the folder (its name is told), for a look at the logs.
"""

import contextlib
import itertools
import os
import shutil
import signal

from . import cluster, places, processes, tap

ALL_PERMISSIONS = [
    f"{category}:{action}"
    for category in ("API_MANAGEMENT", "SECRETS", "IDENTITY", "CONNECTIONS", "GLOBAL_SETTINGS")
    for action in ("MANAGE", "DEPLOY_UNDEPLOY", "EXPORT_IMPORT", "VIEW")
]


class Project:
    def __init__(self, world, name):
        self.world = world
        self.name = name
        self.organisation = f"{name}@Org"  # what Catalog clients call it

    def token(self, *permissions, expires=None):
        """A new token; without permissions named, one that may do everything."""
        return self.world.issue_token(self.name, list(permissions) or ALL_PERMISSIONS, expires)


class World:
    def __init__(self, settings=None):
        self.folder = processes.new_folder()
        self.cluster = cluster.Cluster()
        self.types = os.path.join(self.folder, "types")
        self.connectors = os.path.join(self.folder, "connectors")
        self.configuration = os.path.join(self.folder, "patchbay.conf")
        self.keyring = os.path.join(self.folder, "keyring")
        self.settings = settings or {}
        self.numbers = itertools.count(1)
        self.doors = []
        self._admin = None
        self._client_key = None

    # --- making and unmaking ---

    def open(self):
        for copy in (self.types, self.connectors):
            shutil.copytree(places.source("conf", os.path.basename(copy)), copy)
            for folder, _, files in os.walk(copy):
                for path in [folder] + [os.path.join(folder, file) for file in files]:
                    os.chmod(path, 0o755 if path == folder else 0o644)
        self.program("patchbay.fcgi")
        processes.run([self.program("patchbay.fcgi"), "--create-keyring", self.keyring], self.folder)
        self.configure()

    def configure(self, **changed):
        """Writes the configuration file; what is changed counts for programs started from now on."""
        self.settings.update(changed)
        settings = {
            "database": self.cluster.dsn("patchbay_worker"),
            "admin_database": self.cluster.dsn("patchbay_admin"),
            "keyring_file": self.keyring,
            "types_dir": self.types,
            "connectors_dir": self.connectors,
            **self.settings,
        }
        with open(self.configuration, "w") as file:
            file.writelines(f"{name} = {value}\n" for name, value in settings.items())
        os.chmod(self.configuration, 0o644)

    def close(self):
        for door in list(self.doors):
            door.stop()
        if self._admin is not None:
            self._admin.close()
        if os.environ.get("PATCHBAY_TEST_KEEP"):
            tap.say(f"kept: {self.folder}")
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    # --- what tests use ---

    def program(self, name):
        """The path of our copy of a built program, by its path in the build folder."""
        copy = os.path.join(self.folder, os.path.basename(name))
        if not os.path.exists(copy):
            shutil.copy(places.built(name), copy)
            os.chmod(copy, 0o755)
        return copy

    def is_sanitized(self):
        """Whether the programs were built with AddressSanitizer."""
        with open(self.program("patchbay.fcgi"), "rb") as file:
            return b"__asan_init" in file.read()

    def subfolder(self, name):
        """A new folder in ours for a program's own files."""
        folder = os.path.join(self.folder, f"{name}-{next(self.numbers)}")
        os.mkdir(folder, 0o700)
        processes.give(folder)
        return folder

    def variables(self):
        """What a started worker or command needs in its environment."""
        return {"PATCHBAY_CONFIG": self.configuration}

    def command(self, *arguments, check=True, text=None):
        """The admin command."""
        return processes.run([self.program("patchbay"), *arguments], self.folder, self.variables(), check=check, text=text)

    def admin(self):
        """A connection as patchbay_admin."""
        if self._admin is None or self._admin.closed:
            self._admin = self.cluster.connect("patchbay_admin")
        return self._admin

    def database(self, what):
        """stop, start, restart or crash."""
        if self._admin is not None:
            self._admin.close()
        self.cluster.do(what)

    def ask(self, sql, *values, user=None):
        """Rows of a query, as patchbay_admin or as another role."""
        connection = self.admin() if user is None else self.cluster.connect(user)
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql, values)
                return cursor.fetchall() if cursor.description else []
        finally:
            if user is not None:
                connection.close()

    def project(self, name=None):
        name = name or f"p{next(self.numbers)}"
        if not self.ask("select 1 from patchbay.project where name = %s", name):
            self.ask("select patchbay.project_create(%s, %s)", name, f"{name}@Org")
        return Project(self, name)

    def client_key(self):
        """The x-api-key of a calling program named "test client"."""
        if self._client_key is None:
            ((self._client_key,),) = self.ask("select patchbay.client_create('test client')")
        return self._client_key

    def issue_token(self, project, permissions, expires=None, user=None):
        ((token,),) = self.ask(
            "select patchbay.token_issue(%s, 'test', %s, %s, coalesce(%s, 'infinity')::timestamptz)", project, permissions, user, expires
        )
        return token

    def expire(self, token):
        self.ask("update patchbay.token set expires_at = now() where digest = sha256(convert_to(%s, 'UTF8'))", token)

    def revoke(self, token):
        self.ask(
            "select patchbay.token_revoke(token_id) from patchbay.token where digest = sha256(convert_to(%s, 'UTF8'))", token
        )

    def connections(self, project):
        """The project's connections as an administrator sees them: {name: row as a dict}."""
        rows = self.ask("select row_to_json(overview) from patchbay.connection_overview as overview where project = %s", project)
        return {row["name"]: row for (row,) in rows}

    def history(self, project):
        """(connection_id, revision, operation, name, description) of every change in a project, in order."""
        return self.ask(
            "select connection_id::text, revision, operation, history.name, history.description"
            " from patchbay.connection_history as history join patchbay.project using (project_id)"
            " where project.name = %s order by connection_id, revision",
            project,
        )

    def check_quiet(self):
        """No worker may have died of a failed assertion or been stopped by a sanitizer, whatever the tests made of its answers.
        Leaks are only told at the end, so everything is stopped first."""
        for door in list(self.doors):
            door.stop()
        marks = ("AddressSanitizer", "LeakSanitizer", "runtime error:", "Assertion", "assertion failed")
        for folder, _, names in os.walk(self.folder):
            for name in names:
                if name.endswith(".log"):
                    with open(os.path.join(folder, name), errors="replace") as log:
                        for line in log:
                            if any(mark in line for mark in marks):
                                raise RuntimeError(f"{name}: {line}{log.read(6000)}")


@contextlib.contextmanager
def world(durable=False, **options):
    cluster.ensure(durable)

    def leave(*_):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, leave)
    one = World(**options)
    try:
        one.open()
        yield one
    finally:
        one.close()
