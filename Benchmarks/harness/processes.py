"""What /proc says of a process and its descendants."""

import contextlib
import os
import time
from pathlib import Path

# A process may end between the listing of /proc and the look at it.
GONE = (FileNotFoundError, ProcessLookupError)


def idle_percent(pid: int, seconds: float) -> float:
    """CPU time of a process and its descendants during the next `seconds`, in percent of one core."""
    before = cpu_ticks(pid)
    begin = time.monotonic()
    time.sleep(seconds)
    elapsed = time.monotonic() - begin
    ticks = sum(total - before.get(process, 0) for process, total in cpu_ticks(pid).items())
    return 100 * ticks / os.sysconf("SC_CLK_TCK") / elapsed


def cpu_ticks(pid: int) -> dict[int, int]:
    """User and system time of a process and its descendants, by process."""
    ticks = {}
    for process in (pid, *descendants(pid)):
        with contextlib.suppress(*GONE):
            fields = stat_fields(process)
            ticks[process] = int(fields[11]) + int(fields[12])
    return ticks


def peak_kib(pid: int) -> int:
    """The most memory that the process ever had resident, shared pages included."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return 0


def descendants(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(*GONE):
                parent = int(stat_fields(int(entry.name))[1])
                children.setdefault(parent, []).append(int(entry.name))
    found: list[int] = []
    waiting = [pid]
    while waiting:
        direct = children.get(waiting.pop(), [])
        found += direct
        waiting += direct
    return found


def stat_fields(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on: the name before them may hold spaces and parentheses."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
