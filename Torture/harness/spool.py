"""A spool as any producer and operator would use it, and the worker that serves it."""

import errno
import functools
import itertools
import json
import os
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Any

from .commands import TortureError, answer, environment_with, kill_session, start
from .identity import Identity

STATES = ("incoming", "retry", "done", "failed")
ONCE_SECONDS = 120.0
EXIT_CONFIGURATION = 78


class Ending(Enum):
    """How a job must end."""

    DONE = "done"
    FAILED = "failed"
    # Harm that was done to it may pass or not: done, or failed with an error that says a later try can succeed.
    DONE_OR_PASSING = "done, or failed for a passing reason"
    # It depends on when somebody looked.
    EITHER = "done or failed"


@dataclass(frozen=True)
class Job:
    """A dropped job: what was in the file, and what must come of it."""

    name: str
    content: bytes
    ending: Ending = Ending.DONE
    # The codes that a failed job's error may have; empty for any.
    codes: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    unique: str = ""


_numbers = itertools.count(1)


def image_job(
    name: str, source: str, renditions: Mapping[str, int], ending: Ending = Ending.DONE, codes: tuple[str, ...] = ()
) -> Job:
    """A job that makes renditions (path: width) of `source`. Its metadata make its content unlike any other's."""
    unique = f"{os.getpid()}-{next(_numbers)}"
    document = {
        "input": source,
        "renditions": [{"path": path, "width": width} for path, width in renditions.items()],
        "metadata": {"torture": unique},
    }
    return Job(name, (json.dumps(document, indent=1) + "\n").encode(), ending, codes, tuple(renditions), unique)


def text_job(name: str, text: str, codes: tuple[str, ...]) -> Job:
    """A file that must fail, `text` with something in it that makes it unlike any other."""
    return Job(name, text.replace("UNIQUE", f"{os.getpid()}-{next(_numbers)}").encode(), Ending.FAILED, codes)


@dataclass
class Spool:
    path: Path

    def drop(self, job: Job, synchronized: bool = False) -> None:
        """Write beside, then rename; synchronized: so that no power cut takes it back once this has returned."""
        staged = self.path / "tmp" / f".torture-{job.name}"
        descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        try:
            if os.write(descriptor, job.content) != len(job.content):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(staged))
            if synchronized:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
        staged.rename(self.path / "incoming" / job.name)
        if synchronized:
            synchronize(self.path / "incoming")

    def job_folders(self) -> list[Path]:
        claims = [folder for folder in sorted((self.path / "processing").iterdir()) if folder.is_dir()]
        return [self.path / state for state in STATES] + claims

    def waiting(self) -> list[Path]:
        """The jobs that have not ended."""
        return [path for folder in self.job_folders() if folder.name not in ("done", "failed")
                for path in job_files(folder)]

    def result(self, state: str, name: str) -> dict[str, Any] | None:
        path = self.path / state / f"{name.removesuffix('.json')}.result.json"
        try:
            document = json.loads(path.read_bytes())
        except (OSError, ValueError):
            return None
        return document if isinstance(document, dict) else None

    def ended(self) -> int:
        """How many jobs have ended."""
        return sum(len(job_files(self.path / state)) for state in ("done", "failed"))


def job_files(folder: Path) -> list[Path]:
    """The entries that a worker takes for jobs."""
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        # A claim folder goes with its worker.
        return []
    return [folder / name for name in sorted(names)
            if name.endswith(".json") and not name.startswith(".") and not name.endswith(".result.json")]


def synchronize(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@dataclass
class Once:
    """How a `run --once` ended."""

    status: int
    words: str


@dataclass
class Worker:
    """The binary, and the settings under which it is run; settings that it does not know yet are left out."""

    program: Path
    settings: dict[str, str] = field(default_factory=dict)
    # What stands before the command, see Identity.
    wrapper: tuple[str, ...] = ()

    def on(self, identity: Identity) -> "Worker":
        return replace(self, wrapper=tuple(identity.wrapper))

    def with_settings(self, **settings: str) -> "Worker":
        known = {name.replace("_", "-"): value for name, value in settings.items()
                 if knows(self.program, name.replace("_", "-"), value)}
        return replace(self, settings={**self.settings, **known})

    @property
    def environment(self) -> dict[str, str]:
        return {variable(name): value for name, value in self.settings.items()}

    def knows(self, name: str, value: str) -> bool:
        return knows(self.program, name, value)

    def spool(self, path: Path) -> Spool:
        answer([str(self.program), "init", str(path)])
        return Spool(path)

    def sample(self, path: Path, width: int = 64, height: int = 48, kind: str = "hues") -> Path:
        answer([str(self.program.with_name("spool-sample")), kind, str(path), "--width", str(width), "--height", str(height)])
        return path

    def command(self, spool: Spool, *options: str) -> list[str]:
        return [*self.wrapper, str(self.program), "run", "--spool", str(spool.path), *options]

    def once(self, spool: Spool, log: Path, limit: float = ONCE_SECONDS) -> Once:
        """`run --once`, to its end or to the limit."""
        log.write_bytes(b"")
        process = start(self.command(spool, "--once"), log, self.environment)
        try:
            status = process.wait(limit)
        except subprocess.TimeoutExpired as error:
            raise TortureError(f"run --once did not end in {limit:.0f} s") from error
        finally:
            kill_session(process)
        return Once(status, log.read_text(errors="replace"))

    def drain(self, spool: Spool, log: Path, limit: float = ONCE_SECONDS) -> Once:
        """`run --once` until no job waits for another attempt."""
        deadline = time.monotonic() + limit
        once = self.once(spool, log, limit)
        while once.status in (0, 1) and spool.waiting() and time.monotonic() < deadline:
            time.sleep(0.2)
            once = self.once(spool, log, limit)
        return once


def variable(setting: str) -> str:
    return "SPOOL_WORKER_" + setting.upper().replace("-", "_").replace(".", "_")


@functools.cache
def knows(program: Path, setting: str, value: str) -> bool:
    """Whether the worker accepts a setting; one that does not exist is answered with an exit status of its own."""
    result = subprocess.run(
        [str(program), "status", "--spool", "/nonexistent"], capture_output=True, check=False, timeout=60,
        env=environment_with({variable(setting): value}))
    return result.returncode != EXIT_CONFIGURATION
