"""The setting of a peer that is used for a case: the fastest one measured on a machine.

`run.py --settings all` measures every candidate. `--keep` writes the winners to a file of the form
    {"machine": "...", "kept": {"transformer-256": {"1": {"openvino": "avx2", ...}}}}
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from runtimes import AVX2, RUNTIMES, Contestant, parse_setting

if TYPE_CHECKING:
    from pathlib import Path

    from cases import Case

NST = "nst"


def every_candidate(runtimes: list[str]) -> list[Contestant]:
    return [Contestant(name, s) for name in runtimes for s in RUNTIMES[name].candidates]


class Kept:
    """The settings file of a machine. Runtimes and cases that it does not name use their default
    setting."""

    def __init__(self, path: Path) -> None:
        self._kept = json.loads(path.read_text())["kept"]

    def contestants(self, case: Case, threads: int, runtimes: list[str]) -> list[Contestant]:
        row = self._row(case, threads)
        return [Contestant(name, parse_setting(row.get(name, "default"))) for name in runtimes]

    def _row(self, case: Case, threads: int) -> dict[str, str]:
        """Returns the row of the case, or else of the same network at the largest size measured."""
        same = [name for name in self._kept if name.rpartition("-")[0] == case.network]
        same.sort(key=lambda name: (name == case.name, int(name.rpartition("-")[2])))
        rows = self._kept[same[-1]] if same else {}
        return rows.get(str(threads)) or next(reversed(rows.values()), {})


def limited_to_avx2(contestants: list[Contestant]) -> list[Contestant]:
    """Returns the contestants held to AVX2, if their runtime can be; the others unchanged."""
    return list(
        dict.fromkeys(
            Contestant(c.runtime, c.setting | {AVX2}) if AVX2 in c.kind.words else c
            for c in contestants
        )
    )


def fastest_entries(entries: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Returns each runtime's fastest entry. A failed entry counts only if there is no other."""

    def slowness(entry: dict[str, Any]) -> float:
        return entry.get("median_ms", float("inf"))

    best: dict[str, dict[str, Any]] = {}
    for entry in entries:
        name = entry["runtime"]
        if name not in best or slowness(entry) < slowness(best[name]):
            best[name] = entry
    return best


def keep(results: dict[str, Any], path: Path) -> None:
    """Writes the winners to a settings file. Cases that were not measured keep their settings."""
    kept = json.loads(path.read_text())["kept"] if path.exists() else {}
    for measured in results["cases"]:
        best = fastest_entries([e for e in measured["entries"] if e["runtime"] != NST])
        settings = {name: entry["setting"] for name, entry in best.items() if "error" not in entry}
        kept.setdefault(measured["case"], {}).setdefault(str(measured["threads"]), {}).update(
            settings
        )
    path.write_text(
        json.dumps({"machine": results["environment"]["cpu"], "kept": kept}, indent=1) + "\n"
    )
