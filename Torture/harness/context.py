"""What every torture gets: the worker, the seed, a scratch folder, and the report."""

import contextlib
import itertools
import random
import re
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .report import Report
from .spool import Worker


@dataclass
class Context:
    worker: Worker
    report: Report
    scratch: Path
    random: random.Random
    minutes: float
    every: int = 1
    lives: frozenset[str] = frozenset()
    harms: frozenset[str] = frozenset()
    # Of the producers.
    languages: frozenset[str] = frozenset()
    drops: int = 50
    is_awaited: bool = True
    # Of the corpus.
    files: int = 2000
    settings: dict[str, str] = field(default_factory=dict)
    kept: set[Path] = field(default_factory=set)
    # Where the folders of failures are kept, if they are.
    keep_in: Path | None = None
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextlib.contextmanager
    def folder(self, name: str) -> Iterator[Path]:
        """A folder of its own, which is gone afterwards unless it is kept."""
        with self.lock:
            path = self.scratch / f"{next(self.numbers)}-{re.sub('[^a-z0-9]+', '-', name.lower())}"
        path.mkdir()
        try:
            yield path
        finally:
            if path in self.kept and self.keep_in:
                shutil.move(path, self.keep_in / f"{time.strftime('%H%M%S')}-{path.name}")
            else:
                shutil.rmtree(path, ignore_errors=True)

    def keep(self, folder: Path) -> None:
        """A failure was seen in this folder."""
        with self.lock:
            self.kept.add(folder)
