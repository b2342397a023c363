"""Producers as bad as they come, all at once, while a worker serves the spool."""

import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from .commands import TortureError
from .context import Context
from .invariants import check_end, check_outputs, everywhere
from .report import Violation
from .service import serving
from .spool import Ending, Job, Spool, Worker, image_job
from .tools import need

NAME = "writers"
SETTLE_SECONDS = 0.3
EACH = 8
END_SECONDS = 90.0
LARGE = (1600, 1200)


@dataclass
class Desk:
    """What a writer has at hand. Each writer returns the jobs that it has dropped."""

    spool: Spool
    scratch: Path
    picture: Path
    large: Path
    lock: threading.Lock = field(default_factory=threading.Lock)
    jobs: list[Job] = field(default_factory=list)

    def job(self, name: str, source: str = "picture.png", ending: Ending = Ending.DONE,
            codes: tuple[str, ...] = ()) -> Job:
        return image_job(f"{name}.json", source, {f"{name}.webp": 40}, ending, codes)

    def file(self, job: Job) -> Path:
        """The job's file, beside the spool."""
        path = self.scratch / job.name
        path.write_bytes(job.content)
        return path

    def incoming(self, name: str) -> Path:
        return self.spool.path / "incoming" / name

    def note(self, job: Job) -> None:
        with self.lock:
            self.jobs.append(job)


# MARK: Jobs

def slow_steady(desk: Desk, name: str) -> None:
    """Bytes dribble in, with pauses shorter than the settle time."""
    job = desk.job(name)
    pieces = 12
    size = -(-len(job.content) // pieces)
    with desk.incoming(job.name).open("wb", buffering=0) as file:
        desk.note(job)
        for start in range(0, len(job.content), size):
            file.write(job.content[start:start + size])
            time.sleep(SETTLE_SECONDS / 3)


def slow_stuck(desk: Desk, name: str) -> None:
    """A pause in the middle that is longer than the settle time: the half may fail as it is, and its other half, which
    still comes, makes it neither another job nor a job that runs cut short."""
    job = desk.job(name, ending=Ending.EITHER, codes=("job_syntax",))
    half = len(job.content) // 2
    with desk.incoming(job.name).open("wb", buffering=0) as file:
        desk.note(job)
        file.write(job.content[:half])
        time.sleep(SETTLE_SECONDS * 4)
        file.write(job.content[half:])


def slow_end(desk: Desk, name: str) -> None:
    """The last line feed comes when the job may have been taken long ago"""
    job = desk.job(name)
    with desk.incoming(job.name).open("wb", buffering=0) as file:
        desk.note(job)
        file.write(job.content[:-1])
        time.sleep(SETTLE_SECONDS * 2)
        file.write(job.content[-1:])


def copied(desk: Desk, name: str) -> None:
    """`cp`"""
    job = desk.job(name)
    command(desk, job, "cp")


def copied_old(desk: Desk, name: str) -> None:
    """`cp -p` of an old file: its times prove nothing."""
    job = desk.job(name)
    os.utime(desk.file(job), (1_000_000_000, 1_000_000_000))
    desk.note(job)
    run("cp", "-p", str(desk.scratch / job.name), str(desk.incoming(job.name)))


def moved(desk: Desk, name: str) -> None:
    """`mv`"""
    command(desk, desk.job(name), "mv")


def linked(desk: Desk, name: str) -> None:
    """A hard link; the producer keeps its own name for the file."""
    command(desk, desk.job(name), "ln")


def installed(desk: Desk, name: str) -> None:
    """`install -m`"""
    command(desk, desk.job(name), "install", "-m", "640")


def appended(desk: Desk, name: str) -> None:
    """`>>` twice, with a pause: the file is closed in between, half written."""
    job = desk.job(name)
    desk.note(job)
    half = len(job.content) // 2
    for part in (job.content[:half], job.content[half:]):
        with desk.incoming(job.name).open("ab") as file:
            file.write(part)
        time.sleep(SETTLE_SECONDS / 3)


def synchronised(desk: Desk, name: str) -> None:
    """`rsync` writes to a hidden name and renames"""
    command(desk, desk.job(name), "rsync", "--bwlimit=1")


def temporary(desk: Desk, name: str) -> None:
    """The same by hand, with half the job under the hidden name for longer than the settle time."""
    job = desk.job(name)
    hidden = desk.incoming(f".{job.name}.Xy12")
    half = len(job.content) // 2
    with hidden.open("wb", buffering=0) as file:
        file.write(job.content[:half])
        time.sleep(SETTLE_SECONDS * 2)
        file.write(job.content[half:])
    desk.note(job)
    hidden.rename(desk.incoming(job.name))


def replaced(desk: Desk, name: str) -> None:
    """Two jobs renamed over one name: the first is gone, or was taken before; never a mixture."""
    first, second = desk.job(name), replace(desk.job(f"{name}-second"), name=f"{name}.json")
    for job in (first, second):
        path = desk.scratch / f"{name}-staged"
        path.write_bytes(job.content)
        path.rename(desk.incoming(job.name))
    desk.note(second)
    # Nobody can know whether the first one was seen.
    desk.note(replace(first, ending=Ending.EITHER))


def command(desk: Desk, job: Job, *words: str) -> None:
    path = desk.file(job)
    desk.note(job)
    run(*words, str(path), str(desk.incoming(job.name)))


def run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True, stdin=subprocess.DEVNULL)


# MARK: Sources

def late_source(desk: Desk, name: str) -> None:
    """The job comes first, its source after it, and slowly."""
    job = desk.job(name, source=f"{name}.png")
    desk.note(job)
    desk.spool.drop(job)
    time.sleep(SETTLE_SECONDS)
    content = desk.large.read_bytes()
    size = -(-len(content) // 10)
    with (desk.spool.path / "input" / f"{name}.png").open("wb", buffering=0) as file:
        for start in range(0, len(content), size):
            file.write(content[start:start + size])
            time.sleep(0.1)


def drop_large(desk: Desk, name: str) -> Path:
    """A job whose source takes a while to decode; the source."""
    source = desk.spool.path / "input" / f"{name}.png"
    shutil.copyfile(desk.large, source)
    job = desk.job(name, source=source.name)
    desk.note(job)
    desk.spool.drop(job)
    return source


def changing_source(desk: Desk, name: str) -> None:
    """Another picture takes the source's place, by rename, again and again."""
    source = drop_large(desk, name)
    for _ in range(20):
        staged = desk.spool.path / "input" / f".{name}.tmp"
        shutil.copyfile(desk.picture, staged)
        staged.rename(source)
        time.sleep(0.02)


def rewritten_source(desk: Desk, name: str) -> None:
    """The source is written anew in place while the job is under way."""
    source = drop_large(desk, name)
    for _ in range(5):
        shutil.copyfile(desk.large, source)
        time.sleep(0.02)


Writer = Callable[[Desk, str], None]
WRITERS: tuple[Writer, ...] = (
    slow_steady, slow_stuck, slow_end, copied, copied_old, moved, linked, installed, appended, synchronised, temporary,
    replaced, late_source, changing_source, rewritten_source)
# They can succeed only where a job is tried again.
NEED_RETRIES = {late_source, rewritten_source}


def torture(context: Context) -> None:
    need("rsync")
    worker = context.worker.with_settings(
        renderers="2", settle_time=f"{SETTLE_SECONDS * 1000:.0f}ms", scan_interval="1s", max_attempts="100",
        retry_delay="100ms", retry_max_delay="200ms")
    with context.folder("writers") as folder:
        desk = prepare(worker, folder)
        with serving(worker, desk.spool) as service:
            names = write_all(desk)
            wait_for_end(desk)
            service.stop()
        clean = worker.drain(desk.spool, folder / "clean.log")
        if clean.status not in (0, 1):
            raise TortureError(f"the clean run ended with {clean.status}: {clean.words[-300:]}")
        for writer in WRITERS:
            judge(context, desk, worker, writer, names[writer.__name__])
        violations = check_all(desk)
        context.report.check(NAME, "all of them", violations, f"{len(desk.jobs)} jobs", spool=desk.spool.path)
        if violations:
            context.keep(folder)


def prepare(worker: Worker, folder: Path) -> Desk:
    spool = worker.spool(folder / "spool")
    scratch = folder / "scratch"
    scratch.mkdir()
    picture = worker.sample(spool.path / "input" / "picture.png")
    large = worker.sample(folder / "large.png", *LARGE, kind="julia")
    return Desk(spool, scratch, picture, large)


def write_all(desk: Desk) -> dict[str, list[str]]:
    """All writers at once, each several times; the names of their jobs."""
    names = {writer.__name__: [f"{writer.__name__}-{number}" for number in range(EACH)] for writer in WRITERS}
    failures: list[str] = []

    def work(writer: Writer) -> None:
        for name in names[writer.__name__]:
            try:
                writer(desk, name)
            except (OSError, subprocess.SubprocessError) as error:
                failures.append(f"{name}: {error}")

    threads = [threading.Thread(target=work, args=(writer,), daemon=True) for writer in WRITERS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise TortureError("; ".join(failures))
    return names


def wait_for_end(desk: Desk) -> None:
    deadline = time.monotonic() + END_SECONDS
    while desk.spool.waiting() and time.monotonic() < deadline:
        time.sleep(0.1)


def final_jobs(desk: Desk, names: list[str]) -> list[Job]:
    """The jobs of a writer as they must be found: some are not there, or are half, and may be."""
    places = everywhere(desk.spool)
    wanted = {f"{name}.json" for name in names}
    found = []
    for job in desk.jobs:
        if job.name in wanted and (job.ending is not Ending.EITHER or job.content in places):
            found.append(job)
    return found


def judge(context: Context, desk: Desk, worker: Worker, writer: Writer, names: list[str]) -> None:
    """One line for each kind of writer."""
    violations = []
    endings = []
    retries = "retry-delay" in worker.settings
    for job in final_jobs(desk, names):
        expected = job
        if writer in NEED_RETRIES and not retries:
            expected = replace(job, ending=Ending.EITHER)
        states = [place.state for place in everywhere(desk.spool).get(job.content, [])]
        endings += states
        if len(states) != 1:
            violations.append(Violation("in exactly one folder", f"{job.name} is in {states or 'no folder'}"))
        elif expected.ending is Ending.DONE and states != ["done"]:
            error = (desk.spool.result("failed", job.name) or {}).get("error", {})
            violations.append(Violation("no good job fails", f"{job.name}: {error.get('code')} {error.get('message')}"))
    if writer is late_source:
        violations += check_right_picture(desk, names)
    summary = ", ".join(f"{endings.count(state)} {state}" for state in dict.fromkeys(endings))
    words = (writer.__doc__ or writer.__name__).split(".")[0].split(":")[0]
    context.report.check(NAME, " ".join(words.split()), violations, summary, spool=desk.spool.path)


def check_right_picture(desk: Desk, names: list[str]) -> list[Violation]:
    """What is done came from the whole source."""
    whole = desk.large.stat().st_size
    found = []
    for name in names:
        document = desk.spool.result("done", f"{name}.json")
        size = document["input"]["bytes"] if document else whole
        if size != whole:
            found.append(Violation("no cut picture", f"{name} was made from {size} of {whole} bytes"))
    return found


def check_all(desk: Desk) -> list[Violation]:
    """The whole spool: no job twice, none changed, nothing left over."""
    every = [replace(job, ending=Ending.EITHER, codes=()) for job in final_jobs(
        desk, [job.name.removesuffix(".json") for job in desk.jobs])]
    violations = [violation for violation in check_end(desk.spool, every) if violation.promise != "never changed"]
    return violations + check_strangers(desk) + check_outputs(desk.spool)


def check_strangers(desk: Desk) -> list[Violation]:
    """A job file that nobody dropped as it is may only be the half of one, and has failed as such."""
    found = []
    known = {job.content for job in desk.jobs}
    for content, places in everywhere(desk.spool).items():
        if content in known:
            continue
        for place in places:
            document = desk.spool.result(place.state, place.path.name) or {}
            code = (document.get("error") or {}).get("code")
            is_half = any(job.content.startswith(content) and content for job in desk.jobs)
            if place.state != "failed" or code != "job_syntax" or not is_half:
                found.append(Violation("no cut job runs", f"{place.state}/{place.path.name} ({code}): "
                                       f"{json.dumps(content.decode(errors='replace'))[:200]}"))
    return found
