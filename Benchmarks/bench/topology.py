"""What the mail flows through: the two proxies under test, and the mail server that both lead to."""

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

STUNNEL = """
foreground = yes
pid =
syslog = no
debug = err
[sink]
accept = 127.0.0.1:{port}
connect = 127.0.0.1:{sink}
cert = {directory}/server.pem
key = {directory}/server.key
"""

# TCP in, TLS out with the server's certificate verified, and otherwise HAProxy's own defaults.
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
spec:
  destinationRef:
    name: bench
  destinationServiceInstanceName: bench
"""

# The proxies under test, by the names that the page gives them.
PROXIES = ("relay", "HAProxy")

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

    def __init__(self, process, port):
        self.process = process
        self.port = port


class Topology:
    """The mail server, and proxies as often as they are asked for. All end with the `with` block."""

    def __init__(self, directory, relay, relay_options=()):
        self.directory = directory
        self.relay = relay
        self.relay_options = list(relay_options)
        self.processes = []

    def __enter__(self):
        try:
            self._make_certificates()
            self._start_server()
            self._write_destination()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        while self.processes:
            self.processes.pop().stop()

    def start_proxy(self, name):
        """A fresh proxy."""
        if name == "HAProxy" or self.relay == "haproxy":
            return self._start_haproxy()
        return self._start_relay()

    def stop_proxy(self, proxy):
        self.processes.remove(proxy.process)
        proxy.process.stop()

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
        sink = free_port()
        # As root it insists on becoming somebody else.
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        command = ["/usr/sbin/smtp-sink", *user, "-m", str(CONNECTIONS), f"127.0.0.1:{sink}", "1024"]
        self._start(command).wait_for_port(sink)
        self.server = free_port()
        settings = STUNNEL.format(port=self.server, sink=sink, directory=self.directory)
        stunnel = self._start(["/usr/bin/stunnel4", self._write("stunnel.conf", settings)])
        stunnel.wait_for_port(self.server)

    def _start_haproxy(self):
        port = free_port()
        settings = HAPROXY.format(port=port, server=self.server, directory=self.directory, connections=CONNECTIONS)
        process = self._start(["/usr/sbin/haproxy", "-db", "-f", self._write(f"haproxy-{port}.cfg", settings)])
        process.wait_for_port(port)
        return Proxy(process, port)

    def _write_destination(self):
        self._write("relay/bench.yaml", RESOURCE)
        destination = {
            "Name": "bench",
            "Type": "MAIL",
            "ProxyType": "Internet",
            "Authentication": "NoAuthentication",
            "mail.transport.protocol": "smtps",
            "mail.smtps.host": "localhost",
            "mail.smtps.port": str(self.server),
        }
        self._write("relay/destinations/bench/bench.json", json.dumps(destination))

    def _start_relay(self):
        command = [self.relay, "standalone", "--directory", self._path("relay"), "--address", "127.0.0.1"]
        command += ["--first-port", str(free_port()), "--metrics-port", str(free_port())]
        command += ["--ca-file", self._path("ca.pem"), "--log-format", "json"] + self.relay_options
        process = self._start(command)
        port = process.wait_until(lambda: announced_port(process.text()), "route announced")
        process.wait_for_port(port)
        return Proxy(process, port)


def announced_port(text):
    """The port of the route that the relay announces, a line of JSON among the lines of its log."""
    for line in text.splitlines():
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict) and value.get("service") == "bench" and "port" in value:
            return value["port"]
    return None
