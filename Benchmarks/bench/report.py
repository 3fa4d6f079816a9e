"""The page that the benchmark writes, and its raw numbers."""

import datetime
import json
import os
import platform
import subprocess

from .topology import SESSIONS


def page(rows, options):
    """The whole page, in Markdown."""
    return "\n".join(
        [
            "# Benchmarks",
            "",
            "Written by `Benchmarks/run`; edit that, not this.",
            "",
            "The relay beside HAProxy and stunnel, which do the part of the work that they can do: plain TCP in, TLS with a",
            "verified certificate out. All carried the same mail to the same mail server in one run, in turns, on one machine.",
            "The mail server wants a login. The relay logs in itself, and lends its sessions to one application after the",
            f"other, here up to {SESSIONS} at a time (--pool-sessions; fewer by default); through the others each application makes",
            "a TLS connection, says EHLO and logs in.",
            "",
            table(rows, options),
            "",
            f"Medians of {options.rounds} rounds (of 3 at most from the idle applications on), with the lowest and the highest.",
            "CPU time is the proxy's alone, user and system, all threads. The mail comes from and ends in `tproxy-load`",
            "(`Benchmarks/MailLoad`), which waits for each reply, as most mail libraries do. A target in brackets is what we",
            "aim at beyond it.",
            "",
            "An application in the midst of a message has a session with the mail server for itself. So what messages take is",
            "bounded by `--pool-sessions` for each route, and what connections take by `--connections`: the rest of them wait,",
            "and are not read meanwhile.",
            "",
            *failures(rows),
            "| | |",
            "|---|---|",
            *(f"| {name} | {value} |" for name, value in surroundings(options)),
            "",
        ]
    )


def table(rows, options):
    """The figures, with the relay's share of HAProxy's and what it must be."""
    lines = ["| | relay | HAProxy | stunnel | relay ÷ HAProxy | target |", "|---|---|---|---|---|---|"]
    for row in rows:
        lines.append(f"| **{row.title}** | | | | | |")
        for figure in row.figures:
            ratio = figure.ratio()
            cells = [cell(figure, name) for name in ("relay", "HAProxy", "stunnel")]
            lines.append(
                f"| {figure.title} | {' | '.join(cells)} | {'–' if ratio is None else f'{ratio:.2f}'} | {target(figure)} |"
            )
    return "\n".join(lines)


def cell(figure, proxy):
    samples = figure.samples.get(proxy)
    if not samples:
        return "–"
    text = lambda value: f"{value:,.{figure.digits}f}"  # noqa: E731
    return f"{text(figure.median(proxy))} ({text(min(samples))}–{text(max(samples))})"


def target(figure):
    if figure.target is None:
        return ""
    word = "at least" if figure.is_floor else "at most"
    aim = f" ({figure.aim:g})" if figure.aim is not None else ""
    verdict = {True: "met", False: "**missed**", None: "not measured"}[figure.verdict()]
    return f"{word} {figure.target:g}{aim}: {verdict}"


def misses(rows):
    """The figures that fall short, by name."""
    return [f"{row.name}: {figure.title}" for row in rows for figure in row.figures if figure.verdict() is False]


def failures(rows):
    found = [failure for row in rows for failure in row.failures]
    return ["What failed:", "", *(f"- {failure}" for failure in found), ""] if found else []


def keep(rows, options, directory):
    """Writes every sample, one file for each row."""
    os.makedirs(directory, exist_ok=True)
    for row in rows:
        content = {
            "row": row.name,
            "title": row.title,
            "where": dict(surroundings(options)),
            "figures": {figure.title: figure.samples for figure in row.figures},
            "failures": row.failures,
        }
        with open(os.path.join(directory, f"{row.name}.json"), "w", encoding="utf-8") as file:
            json.dump(content, file, indent=2, ensure_ascii=False)
            file.write("\n")


def surroundings(options):
    """Where and with what it was measured."""
    return when_and_where() + [
        ("Relay", version(options.relay, "--version")),
        ("HAProxy", version("/usr/sbin/haproxy", "-v")),
        ("stunnel", package_version("stunnel4")),
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
