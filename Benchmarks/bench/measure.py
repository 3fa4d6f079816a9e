"""The measurements. Each is made of all proxies in turns, so that what else the machine does hits all of them."""

import selectors
import socket
import statistics
import time

from .processes import Failure
from .topology import PROXIES, SESSIONS

MAIL_BYTES = 10 * 1024
LARGE_BYTES = 50 * 1024 * 1024
ROUND_TRIP = 20
GIB = 1024**3


class Figure:
    """One number of a row: its samples for each proxy."""

    def __init__(self, title, scale=1.0, digits=0, target=None, aim=None, is_floor=False, of_relay=False):
        self.title = title
        self.scale = scale
        self.digits = digits
        # What the relay's median must not exceed, as a multiple of HAProxy's, or fall below if it is a floor; or, of the
        # relay alone, the number itself.
        self.target = target
        self.aim = aim
        self.is_floor = is_floor
        self.of_relay = of_relay
        self.samples = {}

    def add(self, proxy, value):
        self.samples.setdefault(proxy, []).append(value * self.scale)

    def median(self, proxy):
        values = self.samples.get(proxy)
        return statistics.median(values) if values else None

    def ratio(self, other="HAProxy"):
        """The relay's median as a multiple of another's; None where one is missing."""
        relay, others = self.median("relay"), self.median(other)
        return relay / others if relay is not None and others else None

    def verdict(self):
        """Whether the target is met; None where there is none, or nothing to compare."""
        value = self.median("relay") if self.of_relay else self.ratio()
        if self.target is None or value is None:
            return None
        return value >= self.target if self.is_floor else value <= self.target


class Row:
    """One measurement, which gives several figures. `round` makes it once, of one proxy."""

    name = ""
    title = ""
    proxies = PROXIES

    def __init__(self, topology, options):
        self.topology = topology
        self.options = options
        self.figures = []
        self.failures = []
        self.running = {}

    def figure(self, *arguments, **options):
        self.figures.append(Figure(*arguments, **options))
        return self.figures[-1]

    def rounds(self):
        return self.options.rounds

    def prepare(self):
        """Starts the proxies that all rounds share."""

    def end(self):
        for proxy in self.running.values():
            self.topology.stop(proxy)

    def run(self, say):
        self.prepare()
        try:
            for number in range(self.rounds()):
                for name in self.proxies if number % 2 == 0 else self.proxies[::-1]:
                    say(f"{self.name}: round {number + 1} of {self.rounds()}, {name}")
                    try:
                        self.round(name)
                    except (OSError, Failure) as error:
                        self.failures.append(f"{self.name}, {name}: {' '.join(str(error).split())[-300:]}")
        finally:
            self.end()


class MailRow(Row):
    """Small mails, one for each connection of the application's."""

    milliseconds = 0

    def prepare(self):
        server = None
        if self.milliseconds:
            self.running["delay"] = self.topology.start_delay(self.milliseconds)
            server = self.running["delay"].port
        for name in self.proxies:
            self.running[name] = self.topology.start_proxy(name, server)
            # The first mails pay for what is made once: pages, caches, the first upstream sessions.
            self.topology.send(self.running[name], self.options.warm_up, MAIL_BYTES, SESSIONS)

    def measure(self, name, count):
        """Adds what each mail took, of time and of the proxy's CPU, and answers the seconds in all."""
        proxy = self.running[name]
        before = proxy.process.cpu_seconds()
        outcome = self.topology.send(proxy, count, MAIL_BYTES, SESSIONS)
        latencies = sorted(outcome["latencies"])
        self.typical.add(name, statistics.median(latencies))
        self.slow.add(name, latencies[int(len(latencies) * 0.99)])
        self.cpu.add(name, (proxy.process.cpu_seconds() - before) / count)
        return outcome["seconds"]


class LatencyRow(MailRow):
    name = "latency"
    milliseconds = ROUND_TRIP
    title = (
        f"A message of {MAIL_BYTES // 1024} KiB for each connection, {SESSIONS} at a time, {ROUND_TRIP} ms of round-trip "
        "time to the mail server: from connecting to the final 250"
    )

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.typical = self.figure("median, ms", 1e3, 1, target=0.55, aim=0.4)
        self.slow = self.figure("p99, ms", 1e3, 1)
        self.cpu = self.figure("CPU time per mail, µs", 1e6)

    def round(self, name):
        count = self.options.mails // 4
        self.measure(name, count)


class RateRow(MailRow):
    name = "rate"
    title = f"The same with no round-trip time: what {SESSIONS} connections at a time get through"

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.rate = self.figure("mails per second", target=3, aim=5, is_floor=True)
        self.typical = self.figure("median, ms", 1e3, 1)
        self.slow = self.figure("p99, ms", 1e3, 1)
        self.cpu = self.figure("CPU time per mail, µs", 1e6, target=0.4)

    def round(self, name):
        count = self.options.mails
        self.rate.add(name, count / self.measure(name, count))


class BulkRow(Row):
    name = "bulk"
    title = f"Messages of {LARGE_BYTES // 1024**2} MiB, one after the other on one connection"

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.rate = self.figure("MB per second", 1e-6, target=0.9, is_floor=True)
        self.cpu = self.figure("CPU time per GiB, s", 1, 2, target=1.2)

    def prepare(self):
        for name in self.proxies:
            self.running[name] = self.topology.start_proxy(name)
            self.topology.send(self.running[name], 1, LARGE_BYTES, 1, same_connection=True)

    def round(self, name):
        proxy = self.running[name]
        before = proxy.process.cpu_seconds()
        count = self.options.large
        outcome = self.topology.send(proxy, count, LARGE_BYTES, 1, same_connection=True)
        self.rate.add(name, count * LARGE_BYTES / outcome["seconds"])
        self.cpu.add(name, (proxy.process.cpu_seconds() - before) * GIB / (count * LARGE_BYTES))


class IdleRow(Row):
    name = "idle"

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.title = f"{self.options.idle:,} applications that have been greeted and say nothing, in a fresh proxy"
        self.memory = self.figure("resident memory per connection, KiB", 1 / 1024, 1, target=12, aim=8, of_relay=True)
        self.upstream = self.figure("sessions with the mail server", target=0, of_relay=True)

    def rounds(self):
        return min(self.options.rounds, 3)

    def round(self, name):
        proxy = self.topology.start_proxy(name)
        try:
            before = proxy.process.resident_bytes()
            connections = open_greeted(proxy.port, self.options.idle)
            try:
                self.memory.add(name, (proxy.process.resident_bytes() - before) / self.options.idle)
                self.upstream.add(name, self.topology.sessions())
            finally:
                for connection in connections:
                    connection.close()
        finally:
            self.topology.stop(proxy)


class RoutesRow(Row):
    name = "routes"
    proxies = ("relay",)

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.title = f"A relay with {self.options.routes:,} routes, from its start until all of them listen"
        self.start = self.figure("seconds", 1, 2, target=2, of_relay=True)
        self.memory = self.figure("resident memory per route, KiB", 1 / 1024, 1, target=16, aim=8, of_relay=True)

    def rounds(self):
        return min(self.options.rounds, 3)

    def round(self, name):
        one = self.topology.start_relay(self.topology.server)
        alone = one.process.resident_bytes()
        self.topology.stop(one)
        before = time.monotonic()
        many = self.topology.start_relay(self.topology.server, [f"t{number}" for number in range(self.options.routes)])
        try:
            self.start.add(name, time.monotonic() - before)
            self.memory.add(name, (many.process.resident_bytes() - alone) / self.options.routes)
        finally:
            self.topology.stop(many)


ROWS = (LatencyRow, RateRow, BulkRow, IdleRow, RoutesRow)


def all_rows(topology, options, say):
    """The rows that the options ask for, measured."""
    rows = [row(topology, options) for row in ROWS if not options.row or row.name in options.row]
    for row in rows:
        row.run(say)
    return rows


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
    except (OSError, Failure) as error:
        for connection in connections:
            connection.close()
        raise Failure(f"only {len(connections)} of {count} connections were taken: {error}") from error
    return connections


def await_greetings(connections, end):
    with selectors.DefaultSelector() as selector:
        for connection in connections:
            selector.register(connection, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(max(0, end - time.monotonic()))
            if not ready:
                raise Failure("no greeting in time")
            for key, _ in ready:
                greeting = key.fileobj.recv(512)
                if not greeting.startswith(b"220"):
                    raise Failure(f"{greeting[:80]!r} for a greeting")
                selector.unregister(key.fileobj)
