"""Makes tables (Markdown) and a plot (SVG) from the figures that run.py wrote.

python bench/peers/report.py results.json --markdown peers.md --svg peers.svg
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from cases import Case
from plot import Bar, Panel, draw
from runtimes import AVX2, RUNTIMES, parse_setting
from settings import NST, fastest_entries

Entry = dict[str, Any]
MIB = 1024 * 1024


def title(runtime: str) -> str:
    return "NST" if runtime == NST else RUNTIMES[runtime].title


def threads_title(threads: int) -> str:
    return "1 thread" if threads == 1 else f"{threads} threads"


def milliseconds(value: float) -> str:
    """Returns a time with three significant digits."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


class Measured:
    """One case with one number of threads; each runtime is shown at its fastest setting."""

    def __init__(self, measured: dict[str, Any], limited: bool) -> None:
        self.case = Case.parse(measured["case"])
        self.threads: int = measured["threads"]
        self.entries: list[Entry] = measured["entries"]
        self.best = fastest_entries(self.entries)
        self.nst: Entry = self.best[NST]
        self._limited = limited

    def rivals(self) -> list[Entry]:
        """Returns the peers that finished. If the run is held to AVX2, only those that can be held
        to it."""
        return [
            entry
            for name, entry in self.best.items()
            if name != NST
            and "error" not in entry
            and (not self._limited or AVX2 in parse_setting(entry["setting"]))
        ]

    def ratio(self) -> tuple[float, float, str] | None:
        """Returns the fastest rival's time divided by NST's, of medians and of best rounds, and its
        name."""
        if not self.rivals():
            return None
        fastest = min(self.rivals(), key=lambda e: e["median_ms"])
        of_medians = fastest["median_ms"] / self.nst["median_ms"]
        of_best = min(min(e["round_ms"]) for e in self.rivals()) / min(self.nst["round_ms"])
        return of_medians, of_best, title(fastest["runtime"])


def row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def table(header: list[str], rows: list[list[str]]) -> list[str]:
    return [row(header), row(["---"] * len(header)), *map(row, rows), ""]


def speed_table(all_measured: list[Measured], runtimes: list[str]) -> list[str]:
    def cell(measured: Measured, runtime: str) -> str:
        entry = measured.best.get(runtime)
        if entry is None or "error" in entry:
            return "failed" if entry else "–"
        return milliseconds(entry["median_ms"])

    rows = []
    for m in all_measured:
        ratio = m.ratio()
        told = [f"**{ratio[0]:.2f}×** ({ratio[2]})", f"{ratio[1]:.2f}×"] if ratio else ["–", "–"]
        times = [cell(m, name) for name in (NST, *runtimes)]
        rows.append([m.case.title, str(m.threads), *times, *told])
    header = ["median ms", "threads", *map(title, (NST, *runtimes))]
    header += ["fastest peer ÷ NST", "best rounds alone"]
    return table(header, rows)


def detail_table(m: Measured) -> list[str]:
    rows = []
    for e in m.entries:
        if "error" in e:
            rows.append([title(e["runtime"]), e["setting"], f"failed: {e['error']}", *[""] * 5])
            continue
        spread = f"{milliseconds(min(e['round_ms']))}–{milliseconds(max(e['round_ms']))}"
        differs = e["runtime"] != NST
        rows.append(
            [
                title(e["runtime"]),
                e["setting"],
                milliseconds(e["median_ms"]),
                spread,
                f"{e['max_difference']:.1e}" if differs else "",
                f"{e['mean_difference']:.1e}" if differs else "",
                milliseconds(e["start_to_result_ms"]),
                f"{e['peak_bytes'] / MIB:.0f}",
            ]
        )
    header = ["", "setting", "median ms", "rounds", "max difference", "mean difference"]
    header += ["process start to first result, ms", "peak memory, MiB"]
    return [f"### {m.case.title}, {threads_title(m.threads)}", "", *table(header, rows)]


def whole_table(whole: list[dict[str, Any]]) -> list[str]:
    rows = [
        [
            title(e["runtime"]),
            str(measured["threads"]),
            milliseconds(e["median_ms"]),
            f"{milliseconds(min(e['times_ms']))}–{milliseconds(max(e['times_ms']))}",
            f"{e['peak_bytes'] / MIB:.0f}",
        ]
        for measured in whole
        for e in measured["entries"]
    ]
    heading = "### Whole program: two 256×256 JPEGs in, PNG out, MobileNetV2 and α=0.25"
    return [heading, "", *table(["", "threads", "median ms", "runs", "peak memory, MiB"], rows)]


def environment_lines(environment: dict[str, Any]) -> list[str]:
    versions = ", ".join(f"{title(n)} {v}" for n, v in environment["versions"].items())
    rounds = environment["rounds"]
    lines = [
        f"{environment['cpu']}, {environment['processors']} processors, {environment['system']}, "
        f"{environment['date']}. float32 throughout. {versions}, Python {environment['python']}. "
        f"Medians of {rounds} rounds in turn, of {rounds // 2 + 1} for slow cases.",
    ]
    if environment["isa"]:
        free = [title(n) for n in environment["versions"] if AVX2 not in RUNTIMES[n].words]
        isa = environment["isa"].upper()
        held = [title(n) for n in environment["versions"] if AVX2 in RUNTIMES[n].words]
        lines.append(f"Held to {isa}: {', '.join(['NST', *held])}.")
        if free:
            lines.append(
                f"{', '.join(free)} have no switch for it, run as they come and are left out of the "
                "ratio."
            )
    return [*lines, ""]


def markdown(results: dict[str, Any], all_measured: list[Measured]) -> str:
    runtimes = list(results["environment"]["versions"])
    lines = environment_lines(results["environment"])
    lines += speed_table(all_measured, runtimes)
    if results["whole"]:
        lines += whole_table(results["whole"])
    for measured in all_measured:
        lines += detail_table(measured)
    return "\n".join(lines)


def panels(all_measured: list[Measured], threads: int) -> list[Panel]:
    result = []
    for m in all_measured:
        if m.threads != threads:
            continue
        ordered = sorted(
            (e for e in m.best.values() if "error" not in e), key=lambda e: e["median_ms"]
        )
        bars = []
        for e in ordered:
            ratio = e["median_ms"] / m.nst["median_ms"]
            label = f"{milliseconds(e['median_ms'])} ms"
            is_nst = e["runtime"] == NST
            label += "" if is_nst else f" · {ratio:.1f}×"
            bars.append(Bar(title(e["runtime"]), e["median_ms"], label, is_nst))
        result.append(Panel(m.case.title, bars))
    return result


def main() -> None:
    p = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    p.add_argument("results", type=Path)
    p.add_argument("--markdown", type=Path)
    p.add_argument("--svg", type=Path)
    p.add_argument("--threads", type=int, help="of the plot (default: the most measured)")
    o = p.parse_args()
    results = json.loads(o.results.read_text())
    limited = results["environment"]["isa"] is not None
    all_measured = [Measured(m, limited) for m in results["cases"]]
    text = markdown(results, all_measured)
    if o.markdown:
        o.markdown.write_text(text)
    else:
        print(text)
    if o.svg:
        threads = o.threads or max(m.threads for m in all_measured)
        subtitle = (
            f"median time of an inference, {threads_title(threads)}, float32, shorter is better · "
            f"{results['environment']['cpu']}"
        )
        o.svg.write_text(
            draw(
                "NST and other runtimes on the same networks",
                subtitle,
                panels(all_measured, threads),
            )
        )


if __name__ == "__main__":
    main()
