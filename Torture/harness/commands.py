"""Start processes so that they can always be ended, whatever process groups their children make."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

GRACE_SECONDS = 10.0
# Leaves time for others, and ends with whoever started it, even if that was killed.
AS_CHILD = ("setpriv", "--pdeathsig", "KILL", "nice", "-n", "10")
# A process may end between the listing of /proc and the look at it.
GONE = (FileNotFoundError, ProcessLookupError)


class TortureError(Exception):
    """A torture that could not take place, with the reason to print. A broken promise is a Violation instead."""


def start(
    command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None, folder: Path | None = None
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, by which all its descendants can be found; its words go to `log`."""
    with log.open("ab") as words:
        return subprocess.Popen(
            [*AS_CHILD, *command], cwd=folder, stdin=subprocess.DEVNULL, stdout=words, stderr=words,
            env=environment_with(environment), start_new_session=True)


@contextlib.contextmanager
def started(
    command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Like `start`, and the session has ended on the way out."""
    process = start(command, log, environment)
    try:
        yield process
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM, wait, and SIGKILL for what is left of the session that `start` made."""
    if process.poll() is None:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_SECONDS)
    kill_session(process)


def kill_session(process: subprocess.Popen[bytes]) -> None:
    for member in session_of(process.pid):
        with contextlib.suppress(*GONE):
            os.kill(member, signal.SIGKILL)
    process.wait()


def session_of(leader: int) -> list[int]:
    """The living processes of a session: those that the leader has started and that made no session of their own."""
    members = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(*GONE):
                # The name before the last parenthesis may hold spaces and parentheses.
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(fields[3]) == leader and fields[0] not in "ZX":
                    members.append(int(entry.name))
    return members


def outlived(leader: int, seconds: float) -> list[int]:
    """What of a session still lives after `seconds`."""
    deadline = time.monotonic() + seconds
    while (left := session_of(leader)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def answer(command: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
    """What `command` prints, or a TortureError."""
    try:
        result = subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=120, stdin=subprocess.DEVNULL,
            env=environment_with(environment))
    except (OSError, subprocess.SubprocessError) as error:
        details = (getattr(error, "stderr", None) or str(error)).strip()
        raise TortureError(f"{' '.join(command)}: {details}") from error
    return result.stdout.strip()


def environment_with(more: Mapping[str, str] | None) -> dict[str, str]:
    """The environment without settings of the caller's own, which would change what is tested."""
    plain = {key: value for key, value in os.environ.items() if not key.startswith("SPOOL_WORKER_")}
    return {**plain, **(more or {})}
