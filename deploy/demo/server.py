"""`muster serve --cluster` as a child process on three free loopback ports, and JSON calls over real HTTP to it."""

import http.client
import json
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

READY_SECONDS = 20
CALL_SECONDS = 30
# What Go's client sends with each extender call.
HEADERS = {"Content-Type": "application/json", "User-Agent": "Go-http-client/1.1", "Accept-Encoding": "gzip"}


class Unexpected(Exception):
    """The demo saw something that it must not see."""


def call(port, method, path, body=None, seconds=CALL_SECONDS):
    """One HTTP exchange: (status, text). The connection is closed afterwards."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        connection.request(method, path, body if body is None else json.dumps(body), HEADERS)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def call_json(port, method, path, body=None):
    """As kube-scheduler takes it: anything but status 200 with one JSON value is a failure."""
    status, text = call(port, method, path, body)
    if status != 200:
        raise Unexpected(f"{method} {path}: status {status}: {text.strip()}")
    return json.loads(text)


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    try:
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        return [s.getsockname()[1] for s in sockets]
    finally:
        for s in sockets:
            s.close()


class Muster:
    """with Muster(binary, cluster) as m: m.scheduling, m.binding, m.admin are its ports. Leaves nothing behind."""

    def __init__(self, binary, cluster):
        self.scheduling, self.binding, self.admin = free_ports(3)
        self.folder = tempfile.TemporaryDirectory(prefix="muster-demo.")
        self.log = Path(self.folder.name) / "muster.log"
        settings = Path(self.folder.name) / "muster.yaml"
        server = [f"  {name}: {{address: \"127.0.0.1:{port}\"}}" for name, port in
                  (("scheduling", self.scheduling), ("binding", self.binding), ("admin", self.admin))]
        settings.write_text("apiVersion: muster.scheduler/v1alpha1\nkind: MusterConfiguration\nserver:\n" + "\n".join(server) + "\n")
        self.command = [str(binary), "serve", "--config", str(settings), "--cluster", str(cluster)]
        self.process = None

    def __enter__(self):
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=subprocess.STDOUT)
        try:
            self._wait_until_ready()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *failure):
        status, lines = self._end()
        if failure == (None, None, None) and status != 0:
            raise Unexpected(f"muster ended with status {status} after SIGTERM:\n{lines}")

    def _wait_until_ready(self):
        deadline = time.monotonic() + READY_SECONDS
        last = "no answer"
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise Unexpected(f"muster ended at start with status {self.process.returncode}:\n{self.last_lines()}")
            try:
                status, last = call(self.admin, "GET", "/readyz", seconds=2)
                if status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.02)
        raise Unexpected(f"muster was not ready after {READY_SECONDS} s: {last.strip()}\n{self.last_lines()}")

    def last_lines(self, count=20):
        return "\n".join("  | " + line for line in self.log.read_text(errors="replace").splitlines()[-count:])

    def _end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        lines = self.last_lines()
        self.folder.cleanup()
        return self.process.returncode, lines
