"""A worker that runs as a service, and what it says while it does."""

import contextlib
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO

from .commands import AS_CHILD, TortureError, end, environment_with, kill_session
from .spool import Spool, Worker

READY_SECONDS = 30.0
# The worker says these only once the job's end is on the disk.
DONE_LINE = re.compile(r" done in .*\bjob=(\S+)")
# Said before the line of the end, where the flush itself failed.
UNFLUSHED_LINE = re.compile(r"a power cut may undo that.*\bjob=(\S+)")


@dataclass(frozen=True)
class Line:
    """A line of the log, and when it was read."""

    moment: float
    text: str


@dataclass
class Service:
    """A running worker."""

    process: subprocess.Popen[bytes]
    lines: list[Line] = field(default_factory=list)
    reader: threading.Thread | None = None

    @classmethod
    def start(cls, worker: Worker, spool: Spool) -> "Service":
        process = subprocess.Popen(
            [*AS_CHILD, *worker.command(spool)], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
            env=environment_with(worker.environment))
        service = cls(process)
        service.reader = threading.Thread(target=service.read, args=(process.stderr,), daemon=True)
        service.reader.start()
        return service

    def read(self, stream: IO[bytes]) -> None:
        for line in stream:
            self.lines.append(Line(time.monotonic(), line.decode(errors="replace").rstrip("\n")))

    def said(self, words: str) -> int:
        """How many lines have these words."""
        return sum(words in line.text for line in list(self.lines))

    def wait_until_ready(self) -> None:
        self.wait_until(lambda: self.said(" serves ") > 0, READY_SECONDS, "start")

    def wait_until(self, condition: Callable[[], bool], limit: float, what: str) -> None:
        deadline = time.monotonic() + limit
        while not condition():
            if self.process.poll() is not None:
                raise TortureError(f"the worker ended with {self.process.returncode}: {self.last_words()}")
            if time.monotonic() > deadline:
                raise TortureError(f"the worker did not {what} in {limit:.0f} s: {self.last_words()}")
            time.sleep(0.02)

    def last_words(self) -> str:
        return " / ".join(line.text for line in self.lines[-3:]) or "no message"

    def acknowledged(self, before: float) -> set[str]:
        """The jobs of which the worker has said before a moment that they are done and on the disk."""
        lines = [line.text for line in self.lines if line.moment < before]
        done = {match[1] for line in lines if (match := DONE_LINE.search(line))}
        return done - {match[1] for line in lines if (match := UNFLUSHED_LINE.search(line))}

    def kill(self) -> None:
        """SIGKILL for the worker alone; its children have to notice."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def finish(self) -> None:
        """The session has ended, and all its words are read."""
        kill_session(self.process)
        self.join()

    def stop(self) -> int:
        """SIGTERM and its exit status."""
        end(self.process)
        self.join()
        return self.process.returncode

    def join(self) -> None:
        if self.reader:
            self.reader.join(READY_SECONDS)


@contextlib.contextmanager
def serving(worker: Worker, spool: Spool) -> Iterator[Service]:
    """A worker that serves the spool; its session has ended on the way out."""
    service = Service.start(worker, spool)
    try:
        service.wait_until_ready()
        yield service
    finally:
        service.finish()
