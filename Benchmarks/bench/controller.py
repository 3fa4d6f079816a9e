"""Manager and relay against a real API server: how fast a Destination becomes Services, and what thousands cost."""

import json
import os
import shutil
import socket
import threading
import time
import urllib.request

from .cluster import DESTINATIONS, Client, Cluster, Watch
from .processes import Failure, Process, free_port

ANNOTATION = "transparent-proxy.connectivity.api.sap/tenant-subdomains"
SYSTEM = "tproxy-system"
TENANTS = [f"customer-{number}" for number in range(10)]
# An address of its own, so that thousands of ports are free for the relay.
RELAY = "127.0.0.9"

CONFIGURATION = """
installNamespace: {system}
config:
  logging: {{level: warning}}
  integration:
    destinationService:
      defaultInstanceName: bench
      instances: [{{name: bench, directory: {directory}}}]
# One namespace has half of them at most.
relay: {{portRange: 20000-31999}}
"""

MAIL = {
    "Name": "mail", "Type": "MAIL", "ProxyType": "Internet", "Authentication": "NoAuthentication",
    "mail.transport.protocol": "smtps", "mail.smtps.host": "mail.example.com", "mail.smtps.port": "465",
}


class Results:
    def __init__(self):
        self.services = []
        self.available = []
        self.opened = []
        self.creation = 0.0
        self.routes = 0
        self.cold_start = 0.0
        self.cold_writes = 0
        self.resident = 0
        self.relay_start = 0.0
        self.relay_resident = 0
        # How many routes there were for the changes beside few.
        self.few_routes = 0
        # "few", "many" -> CPU seconds of the manager for a change, and the median time until its Services.
        self.per_change = {}


class Product:
    """The two servers, and what is installed for them."""

    def __init__(self, cluster, directory, options):
        self.cluster, self.directory, self.options = cluster, directory, options
        destinations = os.path.join(directory, "destinations")
        for folder in ["", *TENANTS]:
            os.makedirs(os.path.join(destinations, folder), exist_ok=True)
            with open(os.path.join(destinations, folder, "mail.json"), "w", encoding="utf-8") as file:
                json.dump(MAIL, file)
        self.config = os.path.join(directory, "config.yaml")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(CONFIGURATION.format(system=SYSTEM, directory=destinations))
        cluster.kubectl("apply", "--validate=false", "-f", "manifests/namespace.yaml")
        cluster.kubectl("apply", "--validate=false", "-f", "manifests/crd.yaml")
        cluster.kubectl("create", "namespace", "shop")
        self.wait_for_definition()

    def wait_for_definition(self):
        """Between the definition and the API that it defines lies a moment."""
        client, end = Client(self.cluster), time.monotonic() + 60
        while True:
            try:
                client.ask("GET", f"{DESTINATIONS}/namespaces/shop/destinations")
                return
            except Failure:
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)

    def manager(self):
        port = free_port()
        command = [self.options.manager, "run", "--config", self.config, "--kubeconfig", self.cluster.kubeconfig]
        command += ["--namespace", SYSTEM, "--metrics-address", "127.0.0.1", "--metrics-port", str(port)]
        command += ["--webhook-configuration", "none"]
        return Server(command, self.directory, "127.0.0.1", port)

    def relay(self):
        port = 9494
        command = [self.options.relay, "run", "--config", self.config, "--kubeconfig", self.cluster.kubeconfig]
        command += ["--namespace", SYSTEM, "--address", RELAY, "--metrics-address", RELAY, "--metrics-port", str(port)]
        command += ["--shutdown-delay", "0"]
        return Server(command, self.directory, RELAY, port)

    def stand_for(self, relay):
        """A ready Pod for the relay, as a kubelet would keep it."""
        client = Client(self.cluster)
        pods = f"/api/v1/namespaces/{SYSTEM}/pods"
        container = {"name": "relay", "image": "relay", "ports": [{"name": "metrics", "containerPort": relay.port}]}
        metadata = {"name": "relay", "labels": {"app.kubernetes.io/name": "tproxy-relay"}}
        spec = {"containers": [container], "terminationGracePeriodSeconds": 0}
        client.ask("POST", pods, {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
        status = {"phase": "Running", "podIP": RELAY, "podIPs": [{"ip": RELAY}], "conditions": [{"type": "Ready", "status": "True"}]}
        client.ask("PATCH", f"{pods}/relay/status", {"status": status}, "application/merge-patch+json")


class Server(Process):
    def __init__(self, command, directory, host, port):
        self.host, self.port = host, port
        self.begin = time.monotonic()
        super().__init__(command, os.path.join(directory, f"log-{port}"))

    def get(self, path):
        with urllib.request.urlopen(f"http://{self.host}:{self.port}{path}", timeout=10) as response:
            return response.read().decode()

    def is_ready(self):
        try:
            self.get("/readyz")
            return True
        except OSError:
            return False

    def metric(self, *names):
        """The sum of a family's series whose line begins with any of these; None where there is none."""
        try:
            lines = self.get("/metrics").splitlines()
        except OSError:
            return None
        values = [float(line.rpartition(" ")[2]) for line in lines if line.startswith(names)]
        return sum(values) if values else None


GROUP_NAME = DESTINATIONS.split("/")[2]


def destination(name, tenants):
    metadata = {"name": name, "annotations": {ANNOTATION: json.dumps(tenants)}}
    spec = {"destinationRef": {"name": "mail"}}
    return {"apiVersion": f"{GROUP_NAME}/v1", "kind": "Destination", "metadata": metadata, "spec": spec}


def available(item):
    for condition in item.get("status", {}).get("conditions", []):
        if condition["type"] == "Available" and condition["status"] == "True":
            return item["metadata"]["name"]
    return None


class OpenedPorts:
    """Tells how long after its Service was seen a port of the relay is open."""

    def __init__(self, cluster):
        self.delays = []
        self.stopped = False
        self.seen = set()
        self.watch = Watch(cluster, f"/api/v1/namespaces/{SYSTEM}/services", self.look)

    def look(self, item):
        name = item["metadata"]["name"]
        if self.stopped or not name.startswith("relay-") or name in self.seen:
            return None
        self.seen.add(name)
        begin = time.monotonic()
        while time.monotonic() < begin + 10:
            try:
                socket.create_connection((RELAY, int(name.removeprefix("relay-"))), 1).close()
                self.delays.append(time.monotonic() - begin)
                break
            except OSError:
                time.sleep(0.0005)
        return name

    def stop(self):
        self.stopped = self.watch.stopped = True


def measure(directory, options, say):
    results = Results()
    cluster = Cluster(directory)
    running = []
    try:
        product = Product(cluster, directory, options)
        services = Watch(cluster, "/api/v1/namespaces/shop/services", lambda item: item["metadata"]["name"])
        ready = Watch(cluster, f"{DESTINATIONS}/namespaces/shop/destinations", available)
        relay = product.relay()
        running.append(relay)
        relay.wait_until(relay.is_ready, "readiness", 60)
        product.stand_for(relay)
        manager = product.manager()
        running.append(manager)
        manager.wait_until(lambda: manager.metric("tproxy_manager_leading ") == 1, "leadership", 60)

        say(f"{options.samples} Destinations with 2 tenants, one after the other")
        client = Client(cluster)
        opened = OpenedPorts(cluster)
        for number in range(options.samples):
            if number == options.samples // 2:
                results.few_routes = 2 * number
                say(f"changes beside {results.few_routes} routes")
                changes(client, manager, services, ready, "few", options, results)
            one_by_one(client, f"single-{number}", services, ready, results)
        opened.stop()
        results.opened = opened.delays

        say(f"{options.destinations} Destinations with {len(TENANTS)} tenants each, all at once")
        many(cluster, ready, options, results)
        results.routes = options.destinations * len(TENANTS)
        say(f"changes beside {results.routes} routes")
        manager.wait_until(lambda: manager.metric("tproxy_manager_queue_length ") == 0, "an empty queue", 120)
        changes(client, manager, services, ready, "many", options, results)

        say("the manager starts anew")
        manager.stop()
        manager = product.manager()
        running.append(manager)
        count = options.destinations + options.samples + 2 * options.changes
        manager.wait_until(
            lambda: (manager.metric('tproxy_manager_reconciles_total{result="done"}') or 0) >= count
            and manager.metric("tproxy_manager_queue_length ") == 0, "all reconciled", 120)
        results.cold_start = time.monotonic() - manager.begin
        results.resident = manager.resident_bytes()
        results.cold_writes = writes(manager)

        say("the relay starts anew")
        relay.stop()
        relay = product.relay()
        running.append(relay)
        relay.wait_until(relay.is_ready, "readiness", 60)
        results.relay_start = time.monotonic() - relay.begin
        results.relay_resident = relay.resident_bytes()
    finally:
        for process in running:
            process.stop()
        cluster.close()
        shutil.rmtree(cluster.directory, ignore_errors=True)
    return results


def writes(manager):
    """What the manager has written; a kind of write that never happened has no series yet."""
    name = "tproxy_manager_writes_total"
    if f"# TYPE {name} " not in manager.get("/metrics"):
        raise Failure(f"the manager doesn't tell {name}")
    return int(manager.metric(name) or 0)


def one_by_one(client, name, services, ready, results):
    begin = time.monotonic()
    client.ask("POST", f"{DESTINATIONS}/namespaces/shop/destinations", destination(name, TENANTS[:2]))
    seen = services.wait_for([f"{name}-{tenant}" for tenant in TENANTS[:2]], 30)
    results.services.append(seen - begin)
    results.available.append(ready.wait_for([name], 30) - begin)


def changes(client, manager, services, ready, label, options, results):
    """What a Destination with one tenant more costs the manager."""
    path = f"{DESTINATIONS}/namespaces/shop/destinations"
    before = manager.cpu_seconds()
    times = []
    for number in range(options.changes):
        name = f"beside-{label}-{number}"
        begin = time.monotonic()
        client.ask("POST", path, destination(name, TENANTS[:1]))
        times.append(services.wait_for([f"{name}-{TENANTS[0]}"], 30) - begin)
    # To the end, status included: what is left undone, the next manager would do.
    ready.wait_for([f"beside-{label}-{number}" for number in range(options.changes)], 30)
    # Before anything is asked of the manager: its page of metrics is the longer the more there is.
    cpu = (manager.cpu_seconds() - before) / options.changes
    manager.wait_until(lambda: manager.metric("tproxy_manager_queue_length ") == 0, "an empty queue", 30)
    results.per_change[label] = (cpu, sorted(times)[len(times) // 2])


def many(cluster, ready, options, results):
    begin = time.monotonic()
    names = [f"many-{number}" for number in range(options.destinations)]
    failures = []

    def create(part):
        try:
            client = Client(cluster)
            for name in part:
                client.ask("POST", f"{DESTINATIONS}/namespaces/shop/destinations", destination(name, TENANTS))
        except (OSError, Failure) as error:
            failures.append(error)

    threads = [threading.Thread(target=create, args=(names[start::8],)) for start in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise Failure(f"creating broke off: {failures[0]}")
    results.creation = ready.wait_for(names, 900) - begin
