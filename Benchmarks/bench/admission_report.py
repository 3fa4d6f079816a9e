"""The page that the benchmark of the admission server writes."""

import statistics

from .report import version, when_and_where
from .samples import percentile


def rows(results):
    """Title, what was measured, the target, whether it is met, and how the two are written."""
    p99 = percentile(results.latencies, 0.99)
    return [
        ("p99 of an answer", f"{p99 * 1000:.2f} ms", "< 5 ms", p99 < 0.005),
        ("p95 of an answer about a resource with the most tenants", *milliseconds(percentile(results.large, 0.95), 25)),
        ("Resident memory under load", *mebibytes(results.resident, 64)),
        ("Start to ready, slowest", *milliseconds(max(results.starts), 300)),
    ]


def milliseconds(seconds, target):
    return f"{seconds * 1000:.1f} ms", f"< {target} ms", seconds * 1000 < target


def mebibytes(octets, target):
    return f"{octets / 2**20:.1f} MiB", f"< {target} MiB", octets < target * 2**20


def misses(results):
    return [title for title, _, _, is_met in rows(results) if not is_met]


def page(results, options):
    """The whole page, in Markdown."""
    table = [f"| {title} | {value} | {target} | {'yes' if is_met else 'no'} |" for title, value, target, is_met in rows(results)]
    return "\n".join(
        [
            "# Benchmarks of the admission server",
            "",
            "Written by `Benchmarks/admission`; edit that, not this.",
            "",
            f"The server by itself, over TLS: {options.rate} requests a second on {options.connections} kept connections",
            f"for {options.seconds} s, each about a new resource with {options.tenants} tenants, while it knows",
            f"{options.destinations:,} Destinations with {options.tenants} tenants each.",
            "",
            "| | measured | target | met |",
            "|---|---|---|---|",
            *table,
            "",
            f"- An answer's time counts from the moment that the request was due: median"
            f" {statistics.median(results.latencies) * 1000:.2f} ms,",
            f"  p99.9 {percentile(results.latencies, 0.999) * 1000:.2f} ms, slowest {max(results.latencies) * 1000:.2f} ms of"
            f" {len(results.latencies):,}; {results.late} were sent late, since the one before",
            "  on their connection was not answered yet.",
            f"- The server's CPU time for a request: {results.cpu_per_request * 1e6:,.0f} µs.",
            f"- {options.many:,} tenants: {len(results.large)} requests, median"
            f" {statistics.median(results.large) * 1000:.1f} ms, slowest {max(results.large) * 1000:.1f} ms.",
            f"- The most memory that was ever resident is {results.peak / 2**20:.1f} MiB.",
            f"- Start to ready: from the start of the process to the first 200 of `/readyz`, which makes a TLS handshake;"
            f" {options.starts} times,",
            f"  median {statistics.median(results.starts) * 1000:.0f} ms.",
            "",
            "| | |",
            "|---|---|",
            *(f"| {name} | {value} |" for name, value in when_and_where()),
            f"| Admission server | {version(options.admission, '--version')} |",
            f"| OpenSSL | {version('/usr/bin/openssl', 'version')} |",
            "",
        ]
    )
