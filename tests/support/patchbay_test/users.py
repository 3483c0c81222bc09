"""Users of a world: people with a password and permissions in projects, and what they get for the password."""

import hashlib
import os
import urllib.parse

PASSWORD = "correct horse"


def verifier(password, n=2):
    """What user_account.password holds, made by another implementation of scrypt. A cheap one unless n says otherwise."""
    salt = os.urandom(16)
    digest = hashlib.scrypt(password.encode(), salt=salt, n=n, r=8, p=1, dklen=32, maxmem=1 << 28)
    return f"scrypt${n}$8$1${salt.hex()}${digest.hex()}"


def make(world, name, project=None, permissions=(), admin=False, password=PASSWORD):
    """A new user, with permissions in a project; returns the name."""
    world.ask("select patchbay.user_create(%s, %s, %s)", name, verifier(password), admin)
    if permissions:
        world.ask("select patchbay.user_grant(%s, %s, %s)", name, project, list(permissions))
    return name


def disable(world, name):
    world.ask("update patchbay.user_account set disabled_at = now() where name = %s", name)


def enable(world, name):
    world.ask("update patchbay.user_account set disabled_at = null where name = %s", name)


def ask_for_token(door, name, password=PASSWORD, **more):
    """The answer to a login."""
    form = urllib.parse.urlencode({"grant_type": "client_credentials", "client_id": name, "client_secret": password, **more})
    return door.send("POST", "/apiops/auth/token", [("Content-Type", "application/x-www-form-urlencoded")], form.encode())


def log_in(door, name, password=PASSWORD):
    """An access token; the login must succeed."""
    answer = ask_for_token(door, name, password)
    assert answer.status == 200, f"{name} cannot log in: {answer}"
    return answer.json()["access_token"]
