"""The admission server under load, and the cluster that it sees."""

import http.server
import json
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.request

from .processes import Failure, Process, free_port

ANNOTATION = "transparent-proxy.connectivity.api.sap/tenant-subdomains"
GROUP = "destination.connectivity.api.sap"

CONFIGURATION = """
config:
  integration:
    destinationService:
      defaultInstanceName: bench
      instances:
        - name: bench
          serviceCredentials:
            secretName: bench
"""

KUBECONFIG = """
apiVersion: v1
kind: Config
current-context: bench
contexts: [{{name: bench, context: {{cluster: bench, user: bench}}}}]
clusters: [{{name: bench, cluster: {{server: "http://127.0.0.1:{port}"}}}}]
users: [{{name: bench, user: {{}}}}]
"""


class Results:
    def __init__(self):
        self.latencies = []
        self.late = 0
        self.large = []
        self.starts = []
        self.resident = 0
        self.peak = 0
        self.cpu_per_request = 0.0


def destination(name, tenants, namespace="bench"):
    """A Destination as the API server stores it."""
    names = [f"customer-{index:05}-{name}"[:63 - len(name) - 1] for index in range(tenants)]
    return {
        "apiVersion": f"{GROUP}/v1",
        "kind": "Destination",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "uid": f"00000000-0000-0000-0000-{abs(hash(name)) % 10**12:012}",
            "resourceVersion": "1000",
            "generation": 1,
            "creationTimestamp": "2026-01-01T00:00:00Z",
            "annotations": {ANNOTATION: json.dumps(names)},
            "managedFields": [
                {
                    "manager": "kubectl-client-side-apply",
                    "operation": "Update",
                    "apiVersion": f"{GROUP}/v1",
                    "time": "2026-01-01T00:00:00Z",
                    "fieldsType": "FieldsV1",
                    "fieldsV1": {"f:metadata": {"f:annotations": {f"f:{ANNOTATION}": {}}}, "f:spec": {"f:service": {}}},
                }
            ],
        },
        "spec": {"destinationRef": {"name": "mail"}, "service": {"port": 465}},
    }


def review(name, tenants):
    """A request of the API server, with the head that HTTP gives it."""
    body = {
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {
            "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
            "kind": {"group": GROUP, "version": "v1", "kind": "Destination"},
            "resource": {"group": GROUP, "version": "v1", "resource": "destinations"},
            "requestKind": {"group": GROUP, "version": "v1", "kind": "Destination"},
            "requestResource": {"group": GROUP, "version": "v1", "resource": "destinations"},
            "name": name,
            "namespace": "bench",
            "operation": "CREATE",
            "userInfo": {"username": "bench", "groups": ["system:authenticated"]},
            "object": destination(name, tenants),
            "oldObject": None,
            "dryRun": False,
            "options": {"apiVersion": "meta.k8s.io/v1", "kind": "CreateOptions"},
        },
    }
    octets = json.dumps(body, separators=(",", ":")).encode()
    head = "POST /validate?timeout=5s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(octets)}\r\n\r\n".encode() + octets


class Cluster(http.server.ThreadingHTTPServer):
    """Plays the API server: a list in pages, and a watch on which nothing happens."""

    daemon_threads = True

    def __init__(self, count, tenants):
        super().__init__(("127.0.0.1", 0), ClusterRequest)
        self.stopped = threading.Event()
        # Spread over namespaces, as installations are; some beside those that the load is about.
        self.objects = [
            json.dumps(destination(f"mail-{index:04}", tenants, "bench" if index < 100 else f"team-{index % 200}"))
            for index in range(count)
        ]
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        """Servers that are stopped while they read a list are no fault."""

    @property
    def port(self):
        return self.server_address[1]

    def close(self):
        self.stopped.set()
        self.shutdown()
        self.server_close()


class ClusterRequest(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        path, _, query = self.path.partition("?")
        values = dict(pair.split("=", 1) for pair in query.split("&") if "=" in pair)
        if not path.endswith("/destinations"):
            self.send_error(404)
        elif values.get("watch"):
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.flush()
            self.server.stopped.wait()
            self.close_connection = True
        else:
            self.send_page(int(values.get("continue", "0")), int(values.get("limit", "500")))

    def send_page(self, first, limit):
        objects = self.server.objects
        following = str(first + limit) if first + limit < len(objects) else ""
        metadata = json.dumps({"resourceVersion": "1000", "continue": following})
        items = ",".join(objects[first:first + limit])
        kind = f'"apiVersion":"{GROUP}/v1","kind":"DestinationList"'
        body = f'{{{kind},"metadata":{metadata},"items":[{items}]}}'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server:
    """The admission server, started and ready."""

    def __init__(self, binary, directory, cluster):
        self.port, self.metrics_port = free_port(), free_port()
        paths = {"config.yaml": CONFIGURATION, "kubeconfig": KUBECONFIG.format(port=cluster.port)}
        for name, text in paths.items():
            with open(os.path.join(directory, name), "w", encoding="utf-8") as file:
                file.write(text)
        command = [binary, "serve", "--config", os.path.join(directory, "config.yaml")]
        command += ["--tls-cert-file", os.path.join(directory, "tls.crt")]
        command += ["--tls-key-file", os.path.join(directory, "tls.key")]
        command += ["--kubeconfig", os.path.join(directory, "kubeconfig"), "--address", "127.0.0.1"]
        command += ["--port", str(self.port), "--metrics-port", str(self.metrics_port), "--shutdown-delay", "0"]
        begin = time.monotonic()
        self.process = Process(command, os.path.join(directory, f"log-{self.port}"))
        while not self.is_ready():
            if time.monotonic() - begin > 20 or self.process.child.poll() is not None:
                raise Failure(f"the admission server didn't become ready\n{self.process.text()[-2000:]}")
            time.sleep(0.002)
        self.start_seconds = time.monotonic() - begin

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}{path}", timeout=5) as response:
            return response.read().decode()

    def is_ready(self):
        try:
            return self.get("/readyz") == "ready\n"
        except OSError:
            return False

    def metric(self, name):
        for line in self.get("/metrics").splitlines():
            if line.startswith(f"{name} "):
                return float(line.split()[1])
        return None


class Connection:
    """A kept connection, as plain as can be, so that what is measured is the server."""

    def __init__(self, port, context):
        raw = socket.create_connection(("127.0.0.1", port), 10)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = context.wrap_socket(raw, server_hostname="localhost")

    def ask(self, request):
        self.socket.sendall(request)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self.receive()
        head, _, body = answer.partition(b"\r\n\r\n")
        length = next(int(line[16:]) for line in head.split(b"\r\n") if line.startswith(b"content-length: "))
        while len(body) < length:
            body += self.receive()
        if not head.startswith(b"HTTP/1.1 200") or b'"allowed":true' not in body:
            raise Failure(f"not admitted: {head[:200]!r} {body[:300]!r}")

    def receive(self):
        octets = self.socket.recv(65536)
        if not octets:
            raise Failure("the server closed a connection")
        return octets

    def close(self):
        self.socket.close()


def measure(directory, options, say):
    results = Results()
    make_certificate(directory)
    cluster = Cluster(options.destinations, options.tenants)
    context = ssl.create_default_context(cafile=os.path.join(directory, "tls.crt"))
    try:
        for number in range(options.starts):
            say(f"start {number + 1} of {options.starts}")
            server = Server(options.admission, directory, cluster)
            results.starts.append(server.start_seconds)
            if number + 1 < options.starts:
                server.process.stop()
        try:
            server.process.wait_until(
                lambda: server.metric("tproxy_admission_known_destinations") == options.destinations,
                "complete list of Destinations",
                60,
            )
            load(server, context, options, results, say)
        finally:
            server.process.stop()
    finally:
        cluster.close()
    return results


def load(server, context, options, results, say):
    say(f"{options.rate} requests a second for {options.seconds} s")
    request = review("invoices", options.tenants)
    connections = [Connection(server.port, context) for _ in range(options.connections)]
    for connection in connections:
        # What is made once is not what is measured.
        connection.ask(request)
    before = server.process.cpu_seconds()
    send_at_rate(connections, request, options, results)
    results.cpu_per_request = (server.process.cpu_seconds() - before) / max(1, len(results.latencies))
    results.resident = server.process.resident_bytes()
    say(f"a resource with {options.many} tenants")
    large = review("m", options.many)
    for _ in range(100):
        begin = time.monotonic()
        connections[0].ask(large)
        results.large.append(time.monotonic() - begin)
    results.peak = server.process.peak_bytes()
    for connection in connections:
        connection.close()


def send_at_rate(connections, request, options, results):
    """Each request has its moment; its time counts from there, so that one that is held up shows in those behind it."""
    # A thread that has its answer shall not wait for another one's turn to end.
    sys.setswitchinterval(0.0001)
    start = time.monotonic() + 0.1
    lock = threading.Lock()
    failures = []

    def run(number, connection):
        mine, late = [], 0
        try:
            for index in range(number, options.rate * options.seconds, len(connections)):
                moment = start + index / options.rate
                pause = moment - time.monotonic()
                if pause > 0:
                    time.sleep(pause)
                else:
                    late += 1
                # What the sleep took too long is the load generator's.
                begin = max(moment, time.monotonic()) if pause > 0 else moment
                connection.ask(request)
                mine.append(time.monotonic() - begin)
        except (OSError, Failure, StopIteration) as error:
            failures.append(error)
        with lock:
            results.latencies += mine
            results.late += late

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise Failure(f"the load broke off: {failures[0]}")


def make_certificate(directory):
    command = ["openssl", "req", "-x509", "-days", "2", "-nodes", "-newkey", "ec"]
    command += ["-pkeyopt", "ec_paramgen_curve:P-256", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    command += ["-keyout", os.path.join(directory, "tls.key"), "-out", os.path.join(directory, "tls.crt")]
    subprocess.run(command, check=True, capture_output=True)
