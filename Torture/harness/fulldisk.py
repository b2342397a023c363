"""A disk that is full for a while, again and again: jobs wait for space, and none fails for want of it."""

import contextlib
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from .context import Context
from .disks import disk
from .invariants import check_end
from .report import Violation
from .service import Service, serving
from .spool import Job, Spool, Worker, image_job

NAME = "fulldisk"
BYTES = 96 << 20
INODES = 4096
# Large enough that producers are faster than the worker, so that some jobs are always under way.
PICTURE = (1200, 900)
FULL_SECONDS = 1.5
FREE_SECONDS = 1.5
FEED_SECONDS = 0.002
DRAIN_SECONDS = 120.0
# What a producer may find waiting; it drops nothing where more does.
BACKLOG = 30
COMPLAINTS = (" error ", " warning ")


def fill_space(folder: Path) -> None:
    """Every block, in ever smaller files."""
    size = BYTES
    number = 0
    while size >= 1024:
        number += 1
        with (folder / f"space-{number}").open("wb") as file:
            try:
                os.posix_fallocate(file.fileno(), 0, size)
            except OSError:
                size //= 2


def fill_inodes(folder: Path) -> None:
    with contextlib.suppress(OSError):
        for number in range(INODES):
            (folder / f"inode-{number}").touch()


def empty(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


def torture(context: Context) -> None:
    plans: list[tuple[str, Callable[[Path], None], dict[str, str]]] = [
        ("no space", fill_space, {}),
        ("no inodes", fill_inodes, {}),
    ]
    worker = context.worker.with_settings(
        renderers="2", scan_interval="1s", retry_delay="100ms", retry_max_delay="200ms")
    floors = {"min-free.bytes": "0", "min-free.inodes": "0"}
    if all(worker.knows(name, value) for name, value in floors.items()):
        # Without floors the worker runs into the full disk, with them it stops before.
        plans = [(f"{name}{suffix}", fill, settings) for name, fill, _ in plans
                 for suffix, settings in ((", no floors", floors), (", floors", {"min-free.bytes": str(8 << 20)}))]
    for name, fill, settings in plans:
        seconds = context.minutes * 60 / len(plans)
        with context.folder(name) as folder, disk("ext4", folder, BYTES, INODES) as small:
            run(context, name, worker.with_settings(**settings), Spool(small.mount / "spool"), fill, folder, seconds)


def run(
    context: Context, name: str, worker: Worker, spool: Spool, fill: Callable[[Path], None], folder: Path,
    seconds: float
) -> None:
    worker.spool(spool.path)
    worker.sample(spool.path / "input" / "picture.png", *PICTURE)
    ballast = spool.path.parent / "ballast"
    ballast.mkdir()
    jobs: list[Job] = []
    found: list[Violation] = []
    full = 0
    with serving(worker, spool) as service:
        end = time.monotonic() + seconds
        while time.monotonic() < end or full < 2:
            feed(spool, jobs, FREE_SECONDS * context.random.uniform(0.5, 1.5))
            fill(ballast)
            full += 1
            feed(spool, jobs, FULL_SECONDS)
            empty(ballast)
        wait_for_end(spool, service)
        if service.process.poll() is not None:
            found.append(Violation("a worker goes on", f"{service.process.returncode}: {service.last_words()}"))
        service.stop()
    complaints = sum(any(word in line.text for word in COMPLAINTS) for line in service.lines)
    clean = worker.drain(spool, folder / "clean.log")
    if clean.status not in (0, 1):
        found.append(Violation("the next start goes on", f"exit status {clean.status}: {clean.words[-300:]}"))
    found += check_end(spool, jobs)
    context.report.check(NAME, name, found, f"{full} times full, {len(jobs)} jobs, {complaints} complaints",
                         spool=spool.path)
    if found:
        context.keep(folder)


def feed(spool: Spool, jobs: list[Job], seconds: float) -> None:
    """Drop jobs for some time, as far as the disk lets a producer."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if len(os.listdir(spool.path / "incoming")) < BACKLOG:
            number = len(jobs)
            job = image_job(f"job-{number}.json", "picture.png", {f"{number}.webp": 200, f"{number}.jpg": 100})
            with contextlib.suppress(OSError):
                spool.drop(job)
                jobs.append(job)
        time.sleep(FEED_SECONDS)


def wait_for_end(spool: Spool, service: Service) -> None:
    deadline = time.monotonic() + DRAIN_SECONDS
    while spool.waiting() and service.process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.1)
