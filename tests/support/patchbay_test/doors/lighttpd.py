"""lighttpd with conf/lighttpd.conf: it spawns the workers itself and hands them requests over one socket each."""

from .. import places
from .web import WebServer


class Lighttpd(WebServer):
    name = "lighttpd"
    sample = "lighttpd.conf"

    def arguments(self):
        return [places.tool("lighttpd", "lighttpd"), "-D", "-f", self.file]

    def definitions(self):
        texts = {
            "listen": "127.0.0.1",
            "worker": self.world.program("patchbay.fcgi"),
            "socket": f"{self.folder}/worker",
            "configuration": self.world.configuration,
            "log": self.folder,
            "spool": self.folder,
        }
        lines = {f"var.{name}": f'var.{name} = "{text}"' for name, text in texts.items()}
        lines["var.port"] = f"var.port = {self.port}"
        lines["var.workers"] = f"var.workers = {self.workers}"
        return lines
