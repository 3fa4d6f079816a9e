"""The page that the benchmark of the plugin writes."""

from .report import version, when_and_where


def rows(results):
    """Title, what was measured, the target, whether it is met."""
    few, many = results.get["few"], results.get["many"]
    more = (results.version[1] - results.version[0]) * 1000
    theirs, ours = results.resident
    return [
        ("`kubectl tproxy get` against `kubectl get destinations`, few", *ratio(few, 1.3)),
        ("the same, many", *ratio(many, 1.3)),
        ("`kubectl tproxy validate` of the files", f"{results.validate:.2f} s", "< 1 s", results.validate < 1),
        ("`kubectl tproxy version --client` against `kubectl version --client`", f"{more:+.0f} ms", "< +30 ms", more < 30),
        ("Resident memory of the plugin, listing many", f"{ours / 2**20:.0f} MiB", f"< {theirs / 2**20:.0f} MiB (kubectl's)",
         ours <= theirs),
    ]


def ratio(pair, target):
    value = pair[1] / pair[0]
    return f"{value:.2f} times", f"< {target} times", value < target


def misses(results):
    return [title for title, _, _, is_met in rows(results) if not is_met]


def page(results, options):
    """The whole page, in Markdown."""
    table = [f"| {title} | {value} | {target} | {'yes' if is_met else 'no'} |" for title, value, target, is_met in rows(results)]
    few, many = results.get["few"], results.get["many"]
    return "\n".join(
        [
            "# Benchmarks of the plugin",
            "",
            "Written by `Benchmarks/plugin`; edit that, not this.",
            "",
            f"Medians of {options.runs} runs, taking turns with kubectl on the same API server; few are {options.few}"
            f" Destinations, many {options.many:,}, the files {options.files:,}.",
            "",
            "| | measured | target | met |",
            "|---|---|---|---|",
            *table,
            "",
            f"- Lists: {few[0] * 1000:.0f} ms by kubectl and {few[1] * 1000:.0f} ms by the plugin for few,"
            f" {many[0] * 1000:.0f} and {many[1] * 1000:.0f} ms for many. The plugin's time has two starts of kubectl in it:"
            " the one that was typed, and the one that asks the API server.",
            "",
            "| | |",
            "|---|---|",
            *[f"| {title} | {value} |" for title, value in when_and_where()],
            f"| kubectl | {version('kubectl', 'version', '--client')} |",
            "",
        ]
    )
