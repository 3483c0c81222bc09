"""Where things are. Automake says it in PATCHBAY_SOURCE and PATCHBAY_BUILD; by hand, run the test from the build folder."""

import os
import shutil

SOURCE = os.path.abspath(
    os.environ.get("PATCHBAY_SOURCE") or os.path.join(os.path.dirname(__file__), "..", "..", "..")
)
BUILD = os.path.abspath(os.environ.get("PATCHBAY_BUILD") or os.getcwd())

# Daemons live where an ordinary user's PATH does not look.
SEARCH = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"


class Missing(Exception):
    """A tool that a test needs is not on this machine."""


def source(*parts):
    return os.path.join(SOURCE, *parts)


def built(*parts):
    path = os.path.join(BUILD, *parts)
    if not os.path.exists(path):
        raise Missing(f"{path} is not built; run `make check` or, for one test, `make check TESTS=...`")
    return path


def tool(name, package):
    """The path of a program of this machine, or Missing with the Debian package that has it."""
    path = shutil.which(name, path=SEARCH)
    if path is None:
        raise Missing(f"{name} is not installed (Debian package {package})")
    return path


def apache_modules():
    for folder in ("/usr/lib/apache2/modules", "/usr/lib64/httpd/modules"):
        if os.path.exists(os.path.join(folder, "mod_fcgid.so")):
            return folder
    raise Missing("mod_fcgid.so is not installed (Debian package libapache2-mod-fcgid)")
