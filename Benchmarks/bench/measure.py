"""The measurements. Each is made of both proxies in turns, so that what else the machine does hits both."""

import selectors
import socket
import statistics
import subprocess
import time

from .topology import PROXIES

MAIL_BYTES = 10 * 1024
LARGE_BYTES = 50 * 1024 * 1024
SESSIONS = 16
GIB = 1024**3


class Result:
    """The samples of one measurement for each proxy, and why some are missing."""

    def __init__(self):
        self.samples = {}
        self.failures = []

    def add(self, proxy, value):
        self.samples.setdefault(proxy, []).append(value)

    @property
    def rounds(self):
        return max((len(values) for values in self.samples.values()), default=0)

    def median(self, proxy):
        values = self.samples.get(proxy)
        return statistics.median(values) if values else None


class Results:
    def __init__(self):
        self.rate = Result()
        self.cpu_per_mail = Result()
        self.cpu_per_gib = Result()
        self.memory = Result()

    def all(self):
        return [self.rate, self.cpu_per_mail, self.cpu_per_gib, self.memory]

    def failures(self):
        return [failure for result in self.all() for failure in result.failures]


def all_rounds(topology, options, say):
    """Every measurement, as often as the options say and their time allows, but once at least."""
    results = Results()
    start = time.monotonic()
    proxies = {name: topology.start_proxy(name) for name in PROXIES}
    for name, proxy in proxies.items():
        # The first mails pay for what is made once: pages, caches, the first upstream session.
        attempt(results.rate, f"{name}, warming up", lambda: send(proxy.port, 200, MAIL_BYTES, SESSIONS))
    for number in rounds(options.rounds, start + options.seconds * 2 / 3):
        for name in turn(PROXIES, number):
            say(f"round {number + 1} of {options.rounds}: {name}")
            attempt(results.rate, name, lambda: measure_mails(results, name, proxies[name], options.mails))
            attempt(results.cpu_per_gib, name, lambda: measure_large(results, name, proxies[name], options.large))
    for proxy in proxies.values():
        topology.stop_proxy(proxy)
    for number in rounds(options.idle_rounds, start + options.seconds):
        for name in turn(PROXIES, number):
            say(f"{options.idle} idle connections, {number + 1} of {options.idle_rounds}: {name}")
            attempt(results.memory, name, lambda: measure_idle(results, name, topology, options.idle))
    return results


def rounds(count, end):
    """Numbers from 0, up to the count or until the time has come."""
    for number in range(count):
        if number > 0 and time.monotonic() >= end:
            return
        yield number


def turn(names, number):
    """Who goes first changes each round."""
    return names if number % 2 == 0 else names[::-1]


def attempt(result, name, measurement):
    """A measurement that fails leaves a gap and a reason, and the others go on."""
    try:
        measurement()
    except (OSError, subprocess.SubprocessError, RuntimeError) as error:
        reason = getattr(error, "stderr", None) or str(error)
        result.failures.append(f"{name}: {reason.strip()[-300:]}")


def send(port, count, size, sessions, same_connection=False):
    """The seconds that smtp-source takes to send that many mails."""
    command = ["/usr/sbin/smtp-source", "-m", str(count), "-s", str(sessions), "-l", str(size)]
    # Given, for it would ask the DNS for the machine's.
    command += ["-M", "client.example.test", "-f", "from@example.test", "-t", "to@example.test"]
    command += ["-d"] if same_connection else []
    start = time.monotonic()
    subprocess.run(command + [f"127.0.0.1:{port}"], check=True, capture_output=True, text=True, timeout=60)
    return time.monotonic() - start


def measure_mails(results, name, proxy, count):
    """Small mails, one for each connection of the application's."""
    before = proxy.process.cpu_seconds()
    seconds = send(proxy.port, count, MAIL_BYTES, SESSIONS)
    results.rate.add(name, count / seconds)
    results.cpu_per_mail.add(name, (proxy.process.cpu_seconds() - before) / count)


def measure_large(results, name, proxy, count):
    """Large messages, one after the other on one connection."""
    before = proxy.process.cpu_seconds()
    send(proxy.port, count, LARGE_BYTES, 1, same_connection=True)
    results.cpu_per_gib.add(name, (proxy.process.cpu_seconds() - before) * GIB / (count * LARGE_BYTES))


def measure_idle(results, name, topology, count):
    """Memory of connections that have been greeted and say nothing, in a proxy that has held none before."""
    proxy = topology.start_proxy(name)
    try:
        send(proxy.port, 200, MAIL_BYTES, SESSIONS)
        before = proxy.process.resident_bytes()
        connections = open_greeted(proxy.port, count)
        try:
            results.memory.add(name, (proxy.process.resident_bytes() - before) / count)
        finally:
            for connection in connections:
                connection.close()
    finally:
        topology.stop_proxy(proxy)


def open_greeted(port, count, seconds=60):
    """That many connections, each of which has received its greeting."""
    end = time.monotonic() + seconds
    connections = []
    try:
        # In groups that fit into a listener's queue.
        while len(connections) < count:
            group = []
            for _ in range(min(100, count - len(connections))):
                connection = socket.create_connection(("127.0.0.1", port), 10)
                connections.append(connection)
                group.append(connection)
            await_greetings(group, end)
    except (OSError, RuntimeError) as error:
        for connection in connections:
            connection.close()
        raise RuntimeError(f"only {len(connections)} of {count} connections were taken: {error}") from error
    return connections


def await_greetings(connections, end):
    with selectors.DefaultSelector() as selector:
        for connection in connections:
            selector.register(connection, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(max(0, end - time.monotonic()))
            if not ready:
                raise RuntimeError("no greeting in time")
            for key, _ in ready:
                greeting = key.fileobj.recv(512)
                if not greeting.startswith(b"220"):
                    raise RuntimeError(f"{greeting[:80]!r} for a greeting")
                selector.unregister(key.fileobj)
