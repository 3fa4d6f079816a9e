"""The page that the benchmark writes."""

import datetime
import os
import platform
import subprocess

from .measure import LARGE_BYTES, MAIL_BYTES, SESSIONS


def page(results, options):
    """The whole page, in Markdown."""
    rows = [
        row("Mails per second", results.rate, lambda value: f"{value:,.0f}"),
        row("CPU time per mail (µs)", results.cpu_per_mail, lambda value: f"{value * 1e6:,.0f}"),
        row("CPU time per GiB (s)", results.cpu_per_gib, lambda value: f"{value:.2f}"),
        row("Memory per idle connection (KiB)", results.memory, lambda value: f"{value / 1024:.1f}"),
    ]
    return "\n".join(
        [
            "# Benchmarks",
            "",
            "Written by `Benchmarks/run`; edit that, not this.",
            "",
            "The relay beside HAProxy, which does the part of the work that HAProxy can do: plain TCP in, TLS with a",
            "verified certificate out. Both carried the same mail in one run, in turns:",
            "`smtp-source` → relay or HAProxy → TLS → `stunnel` → `smtp-sink`, all on one machine, no login.",
            "",
            "| median (lowest–highest) | relay | HAProxy | relay ÷ HAProxy |",
            "|---|---|---|---|",
            *rows,
            "",
            f"- Mails per second and CPU time per mail: {options.mails:,} mails of {MAIL_BYTES // 1024} KiB, one for each",
            f"  connection of the application's, {SESSIONS} at a time. Rounds: {results.rate.rounds}. HAProxy makes a TLS",
            "  connection for each of them; the relay lends the few that it has.",
            f"- CPU time per GiB: {options.large} messages of {LARGE_BYTES // 1024**2} MiB on one connection."
            f" Rounds: {results.cpu_per_gib.rounds}.",
            f"- Memory: what the resident set grew by with {options.idle:,} connections that had been greeted, in a fresh",
            f"  process. Rounds: {results.memory.rounds}. HAProxy holds a TLS connection for each, the relay none.",
            "- CPU time is the proxy's alone, user and system, all threads.",
            "",
            *failures(results),
            "| | |",
            "|---|---|",
            *(f"| {name} | {value} |" for name, value in surroundings(options)),
            "",
        ]
    )


def row(title, result, text):
    """A line of the table; a gap where nothing could be measured."""
    cells = []
    for proxy in ("relay", "HAProxy"):
        samples = result.samples.get(proxy)
        cells.append(
            f"{text(result.median(proxy))} ({text(min(samples))}–{text(max(samples))})" if samples else "not measured"
        )
    relay, other = result.median("relay"), result.median("HAProxy")
    ratio = f"{relay / other:.2f}" if relay is not None and other else "–"
    return f"| {title} | {cells[0]} | {cells[1]} | {ratio} |"


def failures(results):
    if not results.failures():
        return []
    return ["What failed:", "", *(f"- {' '.join(failure.split())}" for failure in results.failures()), ""]


def surroundings(options):
    """Where and with what it was measured."""
    relay = "HAProxy again (the benchmark's own test)" if options.relay == "haproxy" else version(options.relay, "--version")
    return when_and_where() + [
        ("Relay", relay),
        ("HAProxy", version("/usr/sbin/haproxy", "-v")),
        ("stunnel", package_version("stunnel4")),
        ("Postfix", package_version("postfix")),
        ("OpenSSL", version("/usr/bin/openssl", "version")),
    ]


def when_and_where():
    """What every page says."""
    return [
        ("Date", datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")),
        ("Processor", f"{processor()}, {os.cpu_count()} cores"),
        ("Kernel", f"{platform.system()} {platform.release()}"),
    ]


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.machine()


def package_version(name):
    return version("/usr/bin/dpkg-query", "-W", "-f", "${Version}", name)


def version(*command):
    """The first line that a program tells of itself."""
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    lines = (result.stdout + result.stderr).strip().splitlines()
    return lines[0].strip() if lines else "unknown"
