"""What the mail flows through: the proxies under test, and the mail server that all of them lead to."""

import base64
import json
import os
import resource
import subprocess

from .processes import Failure, Process, free_port

AUTHORITY = """
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
[server]
basicConstraints = critical,CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost,IP:127.0.0.1
"""

# Both peers: TCP in, TLS out with the server's certificate verified, and otherwise their own defaults.
STUNNEL = """
foreground = yes
pid =
syslog = no
debug = err
[smtp]
client = yes
accept = 127.0.0.1:{port}
connect = 127.0.0.1:{server}
sni = localhost
verifyChain = yes
CAfile = {directory}/ca.pem
checkHost = localhost
"""

HAPROXY = """
global
    maxconn {connections}
defaults
    mode tcp
    timeout connect 30s
    timeout client 10m
    timeout server 10m
listen smtp
    bind 127.0.0.1:{port} maxconn {connections}
    server sink 127.0.0.1:{server} ssl verify required ca-file {directory}/ca.pem verifyhost localhost sni str(localhost)
"""

RESOURCE = """
apiVersion: destination.connectivity.api.sap/v1
kind: Destination
metadata:
  name: bench
  namespace: bench
  annotations: {annotations}
spec:
  destinationRef:
    name: bench
  destinationServiceInstanceName: bench
"""

TENANTS = "transparent-proxy.connectivity.api.sap/tenant-subdomains"

# The proxies under test, by the names that the page gives them.
PROXIES = ("relay", "HAProxy", "stunnel")

# Applications at a time, and as many sessions with the mail server: the relay makes fewer by default, the others one for
# each application.
SESSIONS = 16

# The mail server's only login (RFC 4616), which guards nothing.
LOGIN = "AUTH PLAIN " + base64.b64encode(b"\0bench\0bench").decode()

# More than the benchmark's idle connections, and below what the descriptors of a usual machine allow.
CONNECTIONS = 8000


def raise_descriptor_limit(wanted):
    """Lets this process and those that it starts open that many files, where the system allows as many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = hard if hard != resource.RLIM_INFINITY else max(soft, wanted)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    if limit < wanted:
        raise Failure(f"{wanted} open files are needed, {limit} allowed: raise the limit (ulimit -n) or use fewer --idle")


class Proxy:
    """A proxy under test: its process, and the port where applications connect."""

    def __init__(self, process, port, needs_login, others=()):
        self.process = process
        self.port = port
        # Those of further routes.
        self.others = others
        # Whether the application has to log in at the mail server, for the proxy doesn't.
        self.needs_login = needs_login


class Topology:
    """The mail server, and proxies as often as they are asked for. All end with the `with` block."""

    def __init__(self, directory, options):
        self.directory = directory
        self.options = options
        self.processes = []
        self.ports = set()

    def __enter__(self):
        try:
            self._make_certificates()
            self._start_server()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        while self.processes:
            self.processes.pop().stop()

    def start_delay(self, milliseconds):
        """A line to the mail server with that round-trip time."""
        port = self._port()
        command = [self.options.load, "delay", "--port", str(port), "--to", str(self.server)]
        process = self._start([*command, "--milliseconds", str(milliseconds)])
        process.wait_for_port(port)
        return Proxy(process, port, needs_login=True)

    def start_stalled_server(self):
        """A mail server that greets, knows logins and takes envelopes, but then reads no message."""
        process, port = self._start_sink("--stalls")
        return Proxy(process, port, needs_login=True)

    def start_proxy(self, name, server=None, relay_options=()):
        """A fresh proxy that leads to the mail server, or to a line to it."""
        server = server or self.server
        if name == "relay":
            return self.start_relay(server, options=relay_options)
        return {"HAProxy": self._start_haproxy, "stunnel": self._start_stunnel}[name](server)

    def stop(self, proxy):
        self.processes.remove(proxy.process)
        proxy.process.stop()

    def sessions(self):
        """How many connections the mail server has."""
        wanted = f"0100007F:{self.server:04X}"
        with open("/proc/net/tcp", encoding="ascii") as file:
            rows = [line.split() for line in file]
        # 01 is ESTABLISHED.
        return sum(1 for row in rows if row[1] == wanted and row[3] == "01")

    def start_abuse(self, port, count):
        """Starts so many sessions that no good client makes; its process ends with the last."""
        return self._start([self.options.load, "abuse", "--port", str(port), "--count", str(count)])

    def send(self, proxy, count, size, sessions, same_connection=False, apart=False):
        """Sends messages; gives the seconds in all, and those that each of them took."""
        command = [self.options.load, "send", "--port", str(proxy.port), "--count", str(count), "--size", str(size)]
        command += ["--sessions", str(sessions)]
        command += ["--login"] if proxy.needs_login else []
        command += ["--same-connection"] if same_connection else []
        command += ["--apart"] if apart else []
        result = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        if result.returncode != 0:
            raise Failure(f"tproxy-load: {result.stderr.strip()[-300:]}")
        return json.loads(result.stdout)

    def _port(self):
        while True:
            port = free_port()
            if port not in self.ports:
                self.ports.add(port)
                return port

    def _path(self, name):
        return os.path.join(self.directory, name)

    def _write(self, name, text):
        os.makedirs(os.path.dirname(self._path(name)), exist_ok=True)
        with open(self._path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self._path(name)

    def _start(self, command):
        process = Process(command, self._path(f"log-{len(os.listdir(self.directory))}"))
        self.processes.append(process)
        return process

    def _make_certificates(self):
        request = ["openssl", "req", "-x509", "-config", self._write("openssl.cnf", AUTHORITY), "-days", "2", "-nodes"]
        request += ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        authority = ["-keyout", self._path("ca.key"), "-out", self._path("ca.pem")]
        server = ["-CA", self._path("ca.pem"), "-CAkey", self._path("ca.key")]
        server += ["-keyout", self._path("server.key"), "-out", self._path("server.pem")]
        for options in (
            ["-extensions", "authority", "-subj", "/CN=Benchmark authority"] + authority,
            ["-extensions", "server", "-subj", "/CN=localhost"] + server,
        ):
            subprocess.run(request + options, check=True, capture_output=True)

    def _start_server(self):
        _, self.server = self._start_sink()

    def _start_sink(self, *options):
        port = self._port()
        command = [self.options.load, "sink", "--port", str(port), *options]
        command += ["--certificate", self._path("server.pem"), "--key", self._path("server.key")]
        process = self._start(command)
        process.wait_for_port(port)
        return process, port

    def _start_haproxy(self, server):
        port = self._port()
        settings = HAPROXY.format(port=port, server=server, directory=self.directory, connections=CONNECTIONS)
        process = self._start(["/usr/sbin/haproxy", "-db", "-f", self._write(f"haproxy-{port}.cfg", settings)])
        process.wait_for_port(port)
        return Proxy(process, port, needs_login=True)

    def _start_stunnel(self, server):
        port = self._port()
        settings = STUNNEL.format(port=port, server=server, directory=self.directory)
        process = self._start(["/usr/bin/stunnel4", self._write(f"stunnel-{port}.conf", settings)])
        process.wait_for_port(port)
        return Proxy(process, port, needs_login=True)

    def start_relay(self, server, tenants=(), options=()):
        """A fresh relay with one route, or with one for each of the tenants. The options go behind its usual ones."""
        name = f"relay-{self._port()}"
        annotations = {TENANTS: json.dumps(list(tenants))} if tenants else {}
        self._write(f"{name}/bench.yaml", RESOURCE.format(annotations=json.dumps(annotations)))
        destination = {
            "Name": "bench",
            "Type": "MAIL",
            "ProxyType": "Internet",
            "Authentication": "BasicAuthentication",
            "mail.user": "bench",
            "mail.password": "bench",
            "mail.transport.protocol": "smtps",
            "mail.smtps.host": "localhost",
            "mail.smtps.port": str(server),
        }
        for folder in [f"{tenant}/" for tenant in tenants] or [""]:
            self._write(f"{name}/destinations/bench/{folder}bench.json", json.dumps(destination))
        # Ports of many routes lie side by side.
        first = 33000 - 2 * len(tenants) if len(tenants) > 100 else self._port()
        command = [self.options.relay, "standalone", "--directory", self._path(name), "--address", "127.0.0.1"]
        command += ["--first-port", str(first), "--metrics-port", str(self._port())]
        command += ["--ca-file", self._path("ca.pem"), "--log-format", "json", "--pool-sessions", str(SESSIONS), *options]
        process = self._start(command)
        wanted = max(len(tenants), 1)
        ports = process.wait_until(lambda: announced_ports(process.text(), wanted), "routes announced")
        process.wait_for_port(ports[0])
        return Proxy(process, ports[0], needs_login=False, others=ports[1:])


def announced_ports(text, wanted):
    """The ports of the routes that the relay announces, lines of JSON among those of its log; None until all are there."""
    ports = []
    for line in text.splitlines():
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict) and value.get("destination") == "bench" and "port" in value and "service" in value:
            ports.append(value["port"])
    return ports if len(ports) >= wanted else None
