"""The doors into Patchbay: four ways for a request to reach the code, one interface.

    door.start()
    answer = door.send("PUT", "/apiops/projects/p1/connections/mail/", [("If-Match", '"1"')], b"{}")
    door.stop()

A target is sent as it is, undecoded. Every send is a request of its own and may be made from several threads, but in process.
"""

from .apache import Apache
from .fastcgi import FastCgi
from .inprocess import InProcess
from .lighttpd import Lighttpd

BY_NAME = {"inprocess": InProcess, "fastcgi": FastCgi, "lighttpd": Lighttpd, "apache": Apache}


def opened(world, name, **options):
    """A started door; the world stops it at its end."""
    door = BY_NAME[name](world, **options)
    world.doors.append(door)
    door.start()
    return door
