"""A real API server, started by scripts/control-plane, and a plain client of it."""

import base64
import http.client
import json
import os
import ssl
import subprocess
import threading
import time

from .processes import Failure

GROUP = "destination.connectivity.api.sap"
DESTINATIONS = f"/apis/{GROUP}/v1"


class Cluster:
    """The API server; it goes when this does."""

    def __init__(self, directory):
        self.directory = os.path.join(directory, "control-plane")
        self.log = open(os.path.join(directory, "control-plane.log"), "w", encoding="utf-8")
        self.child = subprocess.Popen(
            ["scripts/control-plane", "run", self.directory],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True,
        )
        self.kubeconfig = self.child.stdout.readline().strip()
        if not self.kubeconfig:
            raise Failure("the control plane didn't start; try scripts/control-plane prepare")
        view = json.loads(self.kubectl("config", "view", "--raw", "--flatten", "-o", "json"))
        cluster, user = view["clusters"][0]["cluster"], view["users"][0]["user"]
        self.server, self.token = cluster["server"], user["token"]
        authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
        self.context = ssl.create_default_context(cadata=authority)

    def kubectl(self, *arguments):
        command = ["kubectl", "--kubeconfig", self.kubeconfig, *arguments]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise Failure(f"{' '.join(command)}: {result.stderr}")
        return result.stdout

    def connection(self):
        host = self.server.removeprefix("https://")
        return http.client.HTTPSConnection(host, context=self.context, timeout=60)

    def headers(self, content_type="application/json"):
        return {"Authorization": f"Bearer {self.token}", "Content-Type": content_type}

    def close(self):
        self.child.stdin.close()
        try:
            self.child.wait(30)
        except subprocess.TimeoutExpired:
            self.child.kill()
        self.log.close()


class Client:
    """A kept connection to the API server; of one thread."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.kept = cluster.connection()

    def ask(self, method, path, body=None, content_type="application/json"):
        octets = None if body is None else json.dumps(body).encode()
        self.kept.request(method, path, octets, self.cluster.headers(content_type))
        answer = self.kept.getresponse()
        text = answer.read()
        if answer.status >= 300 and not (method == "DELETE" and answer.status == 404):
            raise Failure(f"{method} {path}: {answer.status} {text[:300]!r}")
        return json.loads(text)


class Watch:
    """Tells when things were first seen, by a name that `recognise` gives them (nil for what is of no interest)."""

    def __init__(self, cluster, path, recognise):
        self.cluster, self.path, self.recognise = cluster, path, recognise
        self.seen = {}
        self.changed = threading.Condition()
        self.stopped = False
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while not self.stopped:
            try:
                connection = self.cluster.connection()
                joint = "&" if "?" in self.path else "?"
                connection.request("GET", f"{self.path}{joint}watch=1&timeoutSeconds=3000", headers=self.cluster.headers())
                for line in connection.getresponse():
                    now = time.monotonic()
                    event = json.loads(line)
                    if event["type"] in ("ADDED", "MODIFIED"):
                        name = self.recognise(event["object"])
                        if name is not None:
                            with self.changed:
                                self.seen.setdefault(name, now)
                                self.changed.notify_all()
            except (OSError, ValueError, http.client.HTTPException):
                time.sleep(0.1)

    def wait_for(self, names, seconds):
        """When the last of these was first seen."""
        end = time.monotonic() + seconds
        with self.changed:
            while not all(name in self.seen for name in names):
                if time.monotonic() > end:
                    missing = [name for name in names if name not in self.seen]
                    raise Failure(f"not seen after {seconds} s: {missing[:3]} and {max(0, len(missing) - 3)} more")
                self.changed.wait(1)
            return max(self.seen[name] for name in names)
