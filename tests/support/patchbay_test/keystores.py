"""Keystores and certificates for test programs: files of tests/keystores, and new ones as openssl writes them."""

import base64
import os
import subprocess
import tempfile

from . import places
from .answers import write_json

JSON = ("Content-Type", "application/json")


def file(name):
    with open(places.source("tests", "keystores", name), "rb") as opened:
        return opened.read()


def make(password, subject="example.com", readable=False):
    """A PKCS#12 file with a key and a certificate; readable: the certificate in it is not encrypted."""
    openssl = places.tool("openssl", "openssl")
    with tempfile.TemporaryDirectory() as folder:
        key, certificate, store = (os.path.join(folder, name) for name in ("key", "certificate", "store"))
        run = {"check": True, "capture_output": True, "env": {**os.environ, "PASSWORD": password}}
        subprocess.run([openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-subj", f"/CN={subject}",
                        "-keyout", key, "-out", certificate], **run)
        subprocess.run([openssl, "pkcs12", "-export", "-in", certificate, "-inkey", key, "-out", store, "-name", "server", "-passout", "env:PASSWORD",
                        *(["-certpbe", "NONE"] if readable else [])], **run)
        with open(store, "rb") as opened:
            return opened.read()


def environment(name, content, password=None, **more):
    return {"environmentName": name, "file": base64.b64encode(content).decode(), **({} if password is None else {"password": password}), **more}


def body(name, *environments, **more):
    return {"name": name, "keyStoreEnvironmentList": list(environments), **more}


def send(client, method, name, content=None, *headers):
    """A request about a keystore, by an apinizer.Client; name "": the collection."""
    target = f"/apiops/projects/{client.project}/keystores/{name}"
    if content is None:
        return client.door.send(method, target, client.headers(*headers))
    return client.door.send(method, target, client.headers(JSON, *headers), write_json(content).encode())


def send_form(client, method, name, fields, *headers):
    """A request about a certificate. fields: [(name, bytes or text)]."""
    parts = b"".join(b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (field.encode(), value if isinstance(value, bytes) else value.encode())
                     for field, value in fields)
    target = f"/apiops/projects/{client.project}/certificates/{name}"
    return client.door.send(method, target, client.headers(("Content-Type", "multipart/form-data; boundary=x"), *headers), parts + b"--x--\r\n")


def form(name, pem, environments="production", alias="server"):
    return [("certificateName", name), ("alias", alias), ("certificateDescription", "d"), ("environmentList", environments), ("pemEncodedFile", pem)]
