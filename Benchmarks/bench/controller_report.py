"""The page that the benchmark of manager and relay in a cluster writes."""

import statistics

from .admission_report import mebibytes, milliseconds
from .report import version, when_and_where
from .samples import percentile


def rows(results):
    """Title, what was measured, the target, whether it is met."""
    few, many = results.per_change["few"], results.per_change["many"]
    ratio = many[0] / max(few[0], 1e-9)
    return [
        ("Destination with 2 tenants: created to both Services present, p50",
         *milliseconds(statistics.median(results.services), 150)),
        ("the same, p99", *milliseconds(percentile(results.services, 0.99), 500)),
        ("the same, to `Available`, p99", *milliseconds(percentile(results.available, 0.99), 1000)),
        ("A port of the relay: open after its Service is seen, p99", *milliseconds(percentile(results.opened, 0.99), 200)),
        (f"{results.routes:,} routes created from nothing, all `Available`", *seconds(results.creation, 180)),
        (f"Manager starts beside {results.routes:,} routes: all reconciled", *seconds(results.cold_start, 10)),
        ("writes in doing so", f"{results.cold_writes}", "0", results.cold_writes == 0),
        ("Manager's resident memory then", *mebibytes(results.resident, 200)),
        (f"Relay starts beside {results.routes:,} routes: ready", *seconds(results.relay_start, 5)),
        (f"Manager's CPU time for a change, beside {results.routes:,} routes against {results.few_routes:,}", f"{ratio:.2f} times", "< 1.5 times", ratio < 1.5),
    ]


def seconds(value, target):
    return f"{value:.1f} s", f"< {target} s", value < target


def misses(results):
    return [title for title, _, _, is_met in rows(results) if not is_met]


def page(results, options):
    """The whole page, in Markdown."""
    table = [f"| {title} | {value} | {target} | {'yes' if is_met else 'no'} |" for title, value, target, is_met in rows(results)]
    few, many = results.per_change["few"], results.per_change["many"]
    return "\n".join(
        [
            "# Benchmarks of manager and relay in a cluster",
            "",
            "Written by `Benchmarks/controller`; edit that, not this.",
            "",
            "Both servers against a real API server and etcd on the same machine, one of each; times count from the moment",
            f"that the Destination is sent, and end when a watch shows the object. {len(results.services)} samples.",
            "",
            "| | measured | target | met |",
            "|---|---|---|---|",
            *table,
            "",
            f"- Slowest of the single ones: {max(results.services) * 1000:.0f} ms to the Services,"
            f" {max(results.available) * 1000:.0f} ms to `Available`"
            f" (median {statistics.median(results.available) * 1000:.0f} ms).",
            f"- A change costs the manager {few[0] * 1000:.1f} ms of CPU beside {results.few_routes:,} routes and {many[0] * 1000:.1f} ms beside"
            f" {results.routes:,}; its Service is there after {few[1] * 1000:.0f} and {many[1] * 1000:.0f} ms (median).",
            f"- The relay's resident memory with these routes: {results.relay_resident / 2**20:.0f} MiB.",
            "",
            "| | |",
            "|---|---|",
            *(f"| {name} | {value} |" for name, value in when_and_where()),
            f"| Manager | {version(options.manager, '--version')} |",
            f"| Relay | {version(options.relay, '--version')} |",
            "",
        ]
    )
