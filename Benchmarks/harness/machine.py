"""Facts about the machine, without which no number means anything."""

import os
import platform
import statistics
import time
from pathlib import Path

from .commands import BenchmarkError, answer

FSYNC_COUNT = 50
MEMORY_FILE_SYSTEMS = ("tmpfs", "ramfs")


def processors() -> int:
    return len(os.sched_getaffinity(0))


def processor_model() -> str:
    lines = Path("/proc/cpuinfo").read_text().split("\n")
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def distribution() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return "unknown"


def file_system(folder: Path) -> str:
    try:
        return answer(["findmnt", "--noheadings", "--output", "FSTYPE", "--target", str(folder)])
    except BenchmarkError:
        return "unknown"


def fsync_milliseconds(folder: Path) -> float:
    """The median time to flush one appended 4 KiB block."""
    path = folder / "fsync"
    times = []
    with path.open("wb", buffering=0) as file:
        for _ in range(FSYNC_COUNT):
            file.write(bytes(4096))
            begin = time.monotonic()
            os.fsync(file.fileno())
            times.append(time.monotonic() - begin)
    path.unlink()
    return statistics.median(times) * 1000


def facts(scratch: Path) -> dict[str, str]:
    kind = file_system(scratch)
    warning = " (memory: the durable rows mean nothing here, use --scratch)" if kind in MEMORY_FILE_SYSTEMS else ""
    return {
        "processors": f"{processors()} ({processor_model()})",
        "load average": " ".join(f"{load:.2f}" for load in os.getloadavg()),
        "system": f"{distribution()}, Linux {platform.release()}",
        "scratch file system": kind + warning,
        "fsync, median of 50": f"{fsync_milliseconds(scratch):.2f} ms",
    }
