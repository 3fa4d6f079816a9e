"""The measurements. Each is made of all proxies in turns, so that what else the machine does hits all of them."""

import selectors
import socket
import statistics
import time

from .processes import Failure
from .samples import percentile
from .topology import LOGIN, PROXIES, SESSIONS, Proxy

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
        self.typical.add(name, statistics.median(outcome["latencies"]))
        self.slow.add(name, percentile(outcome["latencies"], 0.99))
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


class ApartRow(Row):
    name = "apart"
    title = (
        f"A message of {MAIL_BYTES // 1024} KiB for each connection, one at a time, from a client that writes header and body "
        "apart with Nagle's algorithm on, as most mail libraries do"
    )

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.once = self.figure("median of a client that writes a message at once, ms", 1e3, 1)
        self.apart = self.figure("median of one that writes it apart, ms", 1e3, 1)
        self.difference = self.figure("difference, ms", 1e3, 1, target=2, of_relay=True)

    def prepare(self):
        for name in self.proxies:
            self.running[name] = self.topology.start_proxy(name)
            self.topology.send(self.running[name], self.options.warm_up // 10, MAIL_BYTES, 1)

    def round(self, name):
        once, apart = (self.median(name, is_apart) for is_apart in (False, True))
        self.once.add(name, once)
        self.apart.add(name, apart)
        self.difference.add(name, apart - once)

    def median(self, name, is_apart):
        outcome = self.topology.send(self.running[name], self.options.mails // 40, MAIL_BYTES, 1, apart=is_apart)
        return statistics.median(outcome["latencies"])


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


class StalledRow(Row):
    name = "stalled"
    connections = 50

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.title = f"{self.connections} applications in the midst of a message, in a fresh proxy"
        self.fast = self.figure("the mail server takes nothing: resident memory per connection, KiB", 1 / 1024, 1)
        self.slow = self.figure("the applications send nothing: resident memory per connection, KiB", 1 / 1024, 1)

    def prepare(self):
        self.running["server"] = self.topology.start_stalled_server()

    def rounds(self):
        return min(self.options.rounds, 3)

    def round(self, name):
        for figure, server, fill in (
            (self.fast, self.running["server"].port, pour),
            (self.slow, self.topology.server, lambda connections: time.sleep(1)),
        ):
            options = ["--pool-sessions", str(self.connections)]
            proxy = self.topology.start_proxy(name, server, relay_options=options)
            connections = []
            try:
                before = proxy.process.resident_bytes()
                for _ in range(self.connections):
                    connections.append(open_in_message(proxy))
                fill(connections)
                figure.add(name, (proxy.process.resident_bytes() - before) / self.connections)
            finally:
                for connection in connections:
                    connection.close()
                self.topology.stop(proxy)


class HostilityRow(Row):
    name = "hostility"
    proxies = ("relay",)
    # Low enough for every one to be met.
    limits = [
        "--connections", "400", "--connections-per-route", "150", "--idle-time", "1", "--recipient-limit", "100",
        "--text-line-limit", "1000", "--pool-idle-time", "2", "--pool-wait", "2",
    ]  # fmt: skip

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.title = (
            f"{self.options.hostile:,} broken and hostile sessions of one tenant, over every limit, and another's mail "
            f"meanwhile, {ROUND_TRIP} ms from the mail server"
        )
        self.before = self.figure("p99 of the mail by itself, ms", 1e3, 1)
        self.meanwhile = self.figure("p99 of the mail meanwhile, ms", 1e3, 1)
        self.times = self.figure("times as long", 1, 2, target=2, of_relay=True)
        self.memory = self.figure("most memory that was ever resident, MiB", 1 / 1024**2, 1)

    def rounds(self):
        return min(self.options.rounds, 3)

    def prepare(self):
        self.running["delay"] = self.topology.start_delay(ROUND_TRIP)

    def round(self, name):
        relay = self.topology.start_relay(self.running["delay"].port, ["abused", "good"], self.limits)
        abused, good = relay.port, Proxy(relay.process, relay.others[0], relay.needs_login)
        try:
            self.mail(good, self.options.warm_up)
            before = percentile(self.mail(good, 500), 0.99)
            abuse = self.topology.start_abuse(abused, self.options.hostile)
            latencies = []
            while not abuse.has_ended():
                latencies += self.mail(good, 100)
            meanwhile = percentile(latencies, 0.99)
            self.before.add(name, before)
            self.meanwhile.add(name, meanwhile)
            self.times.add(name, meanwhile / before)
            self.memory.add(name, relay.process.peak_bytes())
        finally:
            self.topology.stop(relay)

    def mail(self, proxy, count):
        """What each of so many messages took."""
        return self.topology.send(proxy, count, MAIL_BYTES, SESSIONS // 4)["latencies"]


ROWS = (LatencyRow, RateRow, ApartRow, BulkRow, IdleRow, StalledRow, HostilityRow, RoutesRow)


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


def open_in_message(proxy):
    """A connection on which a message's text may come next."""
    commands = ["MAIL FROM:<from@example.test>", "RCPT TO:<to@example.test>", "DATA"]
    if proxy.needs_login:
        commands = ["EHLO client.example.test", LOGIN, *commands]
    connection = socket.create_connection(("127.0.0.1", proxy.port), 20)
    replies = connection.makefile("rb")
    for command in [None, *commands]:
        if command:
            connection.sendall(f"{command}\r\n".encode())
        # RFC 5321 §4.2.1: a hyphen announces another line.
        while (line := replies.readline())[3:4] == b"-":
            pass
        if line[:1] not in b"23" or not line:
            raise Failure(f"{line[:80]!r} to {command or 'connecting'}")
    return connection


def pour(connections, patience=1):
    """Sends text on all of them until nobody has taken any for that many seconds."""
    text = (b"x" * 70 + b"\r\n") * 910
    with selectors.DefaultSelector() as selector:
        for connection in connections:
            connection.setblocking(False)
            selector.register(connection, selectors.EVENT_WRITE)
        while ready := selector.select(patience):
            for key, _ in ready:
                # The end of a piece that isn't taken whole is left out: a line is longer then.
                key.fileobj.send(text)


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
