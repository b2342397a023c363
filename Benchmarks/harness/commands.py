"""Start processes so that they can always be ended, grandchildren included."""

import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

GRACE_SECONDS = 10.0


class BenchmarkError(Exception):
    """A measurement that did not happen, with the reason to print."""


@contextlib.contextmanager
def started(command: Sequence[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run `command` in a session of its own, with its output in `folder`.log; end the session on the way out."""
    with log_of(folder).open("wb") as log, subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True) as process:
        try:
            yield process
        finally:
            end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM, wait, and SIGKILL for what is left of the session that `started` made."""
    if process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def timed(command: Sequence[str], folder: Path, limit: float) -> float:
    """Seconds from start to exit; a failure or more than `limit` seconds is a BenchmarkError."""
    begin = time.monotonic()
    with started(command, folder) as process:
        status = wait_for_exit(process, limit)
        seconds = time.monotonic() - begin
    if status != 0:
        raise BenchmarkError(f"exit status {status}: {last_words(folder)}")
    return seconds


def wait_for_exit(process: subprocess.Popen[bytes], limit: float) -> int:
    """The exit status at the very moment of the exit: `Popen.wait` with a limit looks only every 50 ms."""
    descriptor = os.pidfd_open(process.pid)
    try:
        exited, _, _ = select.select([descriptor], [], [], limit)
    finally:
        os.close(descriptor)
    if not exited:
        raise BenchmarkError(f"still running after {limit:.0f} s")
    return process.wait()


def answer(command: Sequence[str]) -> str:
    """What `command` prints, or a BenchmarkError."""
    try:
        result = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError) as error:
        details = (getattr(error, "stderr", None) or str(error)).strip()
        raise BenchmarkError(f"{command[0]}: {details}") from error
    return result.stdout.strip()


def last_words(folder: Path) -> str:
    """The last line that was said, usually the reason."""
    lines = log_of(folder).read_text(errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else "no message"


def log_of(folder: Path) -> Path:
    return folder.with_name(folder.name + ".log")
