"""One line a check while it goes, and a table at the end."""

import dataclasses
import re
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MAXIMUM_LISTED = 200
MAXIMUM_VIOLATIONS = 20


@dataclass(frozen=True)
class Violation:
    """A promise that did not hold: which one, and what was seen instead."""

    promise: str
    seen: str

    def __str__(self) -> str:
        return f"{self.promise}: {self.seen}"


@dataclass(frozen=True)
class Check:
    torture: str
    name: str
    violations: tuple[Violation, ...]
    note: str


@dataclass
class Report:
    """Collects checks from any thread, and says each as soon as it is known."""

    seed: int
    checks: list[Check] = field(default_factory=list)
    # The ways in which promises were broken of which the spool was printed.
    shown: set[tuple[str, str]] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def check(
        self, torture: str, name: str, violations: list[Violation], note: str = "", moment: str = "",
        spool: Path | None = None
    ) -> None:
        """Count and print a check; a failed one with all that is needed to find out why."""
        with self.lock:
            self.checks.append(Check(torture, name, tuple(violations), note))
            verdict = "FAILED" if violations else "ok"
            print(f"{verdict:6}  {torture}: {name}{f'  ({note})' if note else ''}", flush=True)
            if not violations:
                return
            for violation in violations[:MAXIMUM_VIOLATIONS]:
                print(f"        {violation}")
            print(f"        seed {self.seed}{f'; {moment}' if moment else ''}")
            if spool:
                print("\n".join(f"        {line}" for line in listing(spool)), flush=True)

    def adopt(self, checks: list[dict[str, Any]]) -> None:
        """Count checks that another process has made, and printed."""
        with self.lock:
            self.checks += [
                Check(check["torture"], check["name"],
                      tuple(Violation(**violation) for violation in check["violations"]), check["note"])
                for check in checks]

    def tell(self, name: str, moment: str, violations: list[Violation], spool: Path) -> None:
        """Print one failure of a check that is not over yet."""
        with self.lock:
            print(f"BROKEN  {name}: {moment or 'without any harm'}; seed {self.seed}")
            for violation in violations:
                print(f"        {violation}")
            # One look at the spool for each way to break a promise is enough.
            ways = {(violation.promise, re.sub(r"\d+", "", name)) for violation in violations}
            if not ways <= self.shown:
                print("\n".join(f"        {line}" for line in listing(spool)), flush=True)
            self.shown |= ways

    def say(self, text: str) -> None:
        with self.lock:
            print(f"        {text}", flush=True)

    @property
    def failed(self) -> bool:
        return any(check.violations for check in self.checks)

    def table(self) -> str:
        """For each torture how many checks held, and which promises were broken how often."""
        rows = [["", "checks", "held", "broken promises"]]
        for torture in dict.fromkeys(check.torture for check in self.checks):
            mine = [check for check in self.checks if check.torture == torture]
            broken: dict[str, int] = {}
            for check in mine:
                for violation in check.violations:
                    broken[violation.promise] = broken.get(violation.promise, 0) + 1
            words = ", ".join(f"{promise} ({times}x)" for promise, times in sorted(broken.items()))
            rows.append([torture, str(len(mine)), str(sum(not check.violations for check in mine)), words or "none"])
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        return "\n".join(
            f"{row[0]:{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:>{widths[2]}}  {row[3]}" for row in rows)

    def document(self) -> dict[str, Any]:
        return {"seed": self.seed, "held": not self.failed,
                "checks": [dataclasses.asdict(check) for check in self.checks]}


def listing(spool: Path) -> list[str]:
    """The files of a spool with their sizes, as far as they fit on a screen."""
    lines = [f"ls of {spool}:"]
    for path in sorted(spool.rglob("*")):
        try:
            lines.append(f"  {path.relative_to(spool)}{'/' if path.is_dir() else f'  {path.stat().st_size}'}")
        except OSError as error:
            lines.append(f"  {path.relative_to(spool)}  {error.strerror}")
    if len(lines) > MAXIMUM_LISTED:
        lines[MAXIMUM_LISTED:] = [f"  and {len(lines) - MAXIMUM_LISTED} more"]
    return lines
