"""What memory the renderers of a worker have had, seen from outside while they run."""

import contextlib
import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from .commands import GONE

PAUSE_SECONDS = 0.02
# Renderers that have ended are replaced.
PARENTS_SECONDS = 0.5
KILOBYTE = 1024


@dataclass
class Sight:
    """What was seen of the work on one file."""

    # Empty of renderers that could not be looked into, or had none yet.
    source: str
    first: float
    last: float
    # The most that a process has had.
    memory: int = 0

    @property
    def seconds(self) -> float:
        return self.last - self.first


@dataclass
class MemoryWatch:
    """Looks at the children of a worker's renderers again and again."""

    worker: int
    inputs: Path
    # By source.
    sights: dict[str, Sight] = field(default_factory=dict)
    # Of the worker itself, and of the renderers' parents.
    supervisor: int = 0
    parents: int = 0
    looks: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None

    def __enter__(self) -> "MemoryWatch":
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        if self.thread:
            self.thread.join()

    def run(self) -> None:
        parents: list[int] = []
        again = 0.0
        while not self.over.wait(PAUSE_SECONDS):
            if time.monotonic() >= again:
                again = time.monotonic() + PARENTS_SECONDS
                parents = children(self.worker)
                self.supervisor = max(self.supervisor, highest_memory(self.worker))
                self.parents = max([self.parents, *map(highest_memory, parents)])
            for child in [child for parent in parents for child in children(parent)]:
                self.look(child)
            self.looks += 1

    def look(self, child: int) -> None:
        source = open_file(child, self.inputs)
        now = time.monotonic()
        sight = self.sights.setdefault(source, Sight(source, now, now))
        sight.last = now
        sight.memory = max(sight.memory, highest_memory(child))

    def largest(self, count: int) -> list[Sight]:
        return sorted(self.sights.values(), key=lambda sight: -sight.memory)[:count]


def children(process: int) -> list[int]:
    found: list[int] = []
    with contextlib.suppress(*GONE):
        for task in os.listdir(f"/proc/{process}/task"):
            with contextlib.suppress(*GONE):
                found += map(int, Path(f"/proc/{process}/task/{task}/children").read_text().split())
    return found


def highest_memory(process: int) -> int:
    """In bytes; 0 of a process that has ended."""
    with contextlib.suppress(*GONE):
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * KILOBYTE
    return 0


def open_file(process: int, folder: Path) -> str:
    """The name of a file in a folder that the process has open. Only root may look into a renderer."""
    with contextlib.suppress(OSError):
        for descriptor in os.listdir(f"/proc/{process}/fd"):
            with contextlib.suppress(OSError):
                target = os.readlink(f"/proc/{process}/fd/{descriptor}")
                if os.path.dirname(target) == str(folder):
                    return os.path.basename(target)
    return ""
