"""Apache with conf/apache.conf: mod_fcgid gives a worker one request at a time, so there are more of them."""

import os

from .. import places
from .web import WebServer


class Apache(WebServer):
    name = "apache"
    sample = "apache.conf"

    def __init__(self, world, workers=8):
        super().__init__(world, workers)

    def arguments(self):
        return [places.tool("apache2", "apache2-bin"), "-D", "FOREGROUND", "-f", self.file]

    def definitions(self):
        values = {
            "LISTEN": f"127.0.0.1:{self.port}",
            "WORKER": self.world.program("patchbay.fcgi"),
            "WORKERS": self.workers,
            "CONFIGURATION": self.world.configuration,
            "RUN": self.folder,
            "LOG": self.folder,
            "MODULES": places.apache_modules(),
        }
        return {f"Define PATCHBAY_{name}": f"Define PATCHBAY_{name} {value}" for name, value in values.items()}

    def additions(self):
        """mod_fcgid gives workers nothing of Apache's environment; sanitizers need their options."""
        names = [name for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS") if name in os.environ]
        return [f'FcgidInitialEnv {name} "{os.environ[name]}"' for name in names]
