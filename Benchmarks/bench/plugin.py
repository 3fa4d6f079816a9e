"""`kubectl tproxy` beside kubectl: the same list by both, files to check, and a start that does nothing."""

import os
import shutil
import statistics
import subprocess
import time

from .cluster import DESTINATIONS, Client, Cluster
from .processes import Failure

ANNOTATION = "transparent-proxy.connectivity.api.sap/tenant-subdomains"
KIND = {"apiVersion": "destination.connectivity.api.sap/v1", "kind": "Destination"}


class Results:
    def __init__(self):
        # "few" or "many" -> medians of kubectl's and the plugin's seconds.
        self.get = {}
        self.validate = 0.0
        # Medians of kubectl's and the plugin's seconds.
        self.version = (0.0, 0.0)
        # Octets, of kubectl and of the plugin, for the long list.
        self.resident = (0, 0)


def measure(directory, options, say):
    results = Results()
    folder = os.path.join(directory, "bin")
    os.makedirs(folder)
    shutil.copy(options.plugin, os.path.join(folder, "kubectl-tproxy"))
    cluster = Cluster(directory)
    try:
        environment = {
            **os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "KUBECONFIG": cluster.kubeconfig,
            "KUBECACHEDIR": os.path.join(directory, "cache"), "LC_ALL": "C.UTF-8",
        }
        say("making Destinations")
        fill(cluster, options)
        for name in ["few", "many"]:
            say(f"listing {getattr(options, name)}")
            results.get[name] = compare(
                ["kubectl", "get", "destinations", "-n", name], ["kubectl", "tproxy", "get", "-n", name],
                environment, options.runs if name == "few" else max(options.runs // 3, 3),
            )
        say("memory")
        results.resident = memory(directory, environment)
        say("version --client")
        results.version = compare(
            ["kubectl", "version", "--client"], ["kubectl", "tproxy", "version", "--client"], environment, options.runs
        )
        say(f"checking {options.files} files")
        results.validate = validation(directory, options, environment)
    finally:
        cluster.close()
    return results


def resource(name):
    return {
        **KIND, "metadata": {"name": name, "annotations": {ANNOTATION: '["tenant-a", "tenant-b"]'}},
        "spec": {"destinationRef": {"name": "office365"}, "service": {"port": 465}},
    }


def fill(cluster, options):
    cluster.kubectl("apply", "--validate=false", "-f", "manifests/crd.yaml")
    client, end = Client(cluster), time.monotonic() + 60
    for namespace in ["few", "many"]:
        cluster.kubectl("create", "namespace", namespace)
        path = f"{DESTINATIONS}/namespaces/{namespace}/destinations"
        while True:
            try:
                client.ask("GET", path)
                break
            except Failure:
                # Between the definition and the API that it defines lies a moment.
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)
        for number in range(getattr(options, namespace)):
            client.ask("POST", path, resource(f"mail-{number}"))


def run(command, environment):
    """Seconds, and the most that the process itself, or one that it waited for, had in memory."""
    begin = time.perf_counter()
    child = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - begin
    child.stderr.close()
    if child.returncode != 0:
        raise Failure(f"{' '.join(command)}: {errors.decode()}")
    return seconds, usage.ru_maxrss * 1024


def compare(first, second, environment, runs):
    """Medians of both, which take turns, so that the machine's moods meet both."""
    times = ([], [])
    for command in (first, second):
        run(command, environment)
    for _ in range(runs):
        for command, seconds in zip((first, second), times):
            seconds.append(run(command, environment)[0])
    return statistics.median(times[0]), statistics.median(times[1])


def memory(directory, environment):
    """The plugin has a kubectl of its own to wait for: here that is a program which prints what kubectl did."""
    answer = os.path.join(directory, "answer")
    with open(answer, "wb") as file:
        path = f"{DESTINATIONS}/namespaces/many/destinations"
        subprocess.run(["kubectl", "get", "--raw", path], env=environment, stdout=file, check=True)
    stand_in = os.path.join(directory, "kubectl")
    with open(stand_in, "w", encoding="utf-8") as file:
        file.write(f"#!/bin/sh\nexec cat {answer}\n")
    os.chmod(stand_in, 0o755)
    theirs = run(["kubectl", "get", "destinations", "-n", "many"], environment)[1]
    ours = run(["kubectl-tproxy", "get", "-n", "many"], {**environment, "KUBECTL_PATH": stand_in})[1]
    return theirs, ours


def validation(directory, options, environment):
    folder = os.path.join(directory, "files")
    os.makedirs(folder)
    for number in range(options.files):
        with open(os.path.join(folder, f"mail-{number}.yaml"), "w", encoding="utf-8") as file:
            file.write(
                "apiVersion: destination.connectivity.api.sap/v1\nkind: Destination\nmetadata:\n"
                f"  name: mail-{number}\n  annotations:\n    {ANNOTATION}: '[\"tenant-a\", \"tenant-b\"]'\n"
                "spec:\n  destinationRef:\n    name: office365\n  service:\n    port: 465\n"
            )
    command = ["kubectl", "tproxy", "validate", "-f", folder]
    return statistics.median(run(command, environment)[0] for _ in range(5))
