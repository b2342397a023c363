"""Several workers on one spool that are killed, and put to sleep for longer than anybody waits for them."""

import contextlib
import os
import random
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from .commands import GONE, TortureError, outlived
from .context import Context
from .invariants import check_end, leftovers
from .report import Violation
from .service import Service
from .spool import Job, Spool, Worker, image_job

NAME = "workers"
WORKERS = 4
JOBS = 2000
SOURCES = 8
# Large enough that the workers are busy for the whole time: kills of idle ones prove little.
PICTURE = (800, 600)
FEED_AT_ONCE = 50
BACKLOG = 200
LEASE_SECONDS = 2.0
DRAIN_SECONDS = 600.0
RENDERERS_END_SECONDS = 10.0


@dataclass
class Herd:
    """Workers that come and go."""

    worker: Worker
    spool: Spool
    random: random.Random
    services: list[Service] = field(default_factory=list)
    ended: list[Service] = field(default_factory=list)
    kills: int = 0
    sleeps: int = 0
    stragglers: list[int] = field(default_factory=list)

    def add(self) -> None:
        self.services.append(Service.start(self.worker, self.spool))

    def kill_one(self) -> None:
        """SIGKILL for one supervisor; its renderers have to notice, and another worker comes after a moment."""
        victim = self.services.pop(self.random.randrange(len(self.services)))
        victim.kill()
        self.kills += 1
        self.stragglers += outlived(victim.process.pid, RENDERERS_END_SECONDS)
        victim.finish()
        self.ended.append(victim)
        time.sleep(self.random.uniform(0, 0.5))
        self.add()

    def stop_one(self, seconds: float) -> None:
        """SIGSTOP, longer than its lease lasts, and SIGCONT."""
        sleeper = self.random.choice(self.services)
        self.sleeps += 1
        with contextlib.suppress(*GONE):
            os.kill(sleeper.process.pid, signal.SIGSTOP)
            try:
                time.sleep(seconds)
            finally:
                os.kill(sleeper.process.pid, signal.SIGCONT)

    def replace_the_dead(self) -> list[Violation]:
        """A worker that ends without being asked to has broken a promise."""
        found = []
        for service in [service for service in self.services if service.process.poll() is not None]:
            self.services.remove(service)
            service.finish()
            self.ended.append(service)
            found.append(Violation("a worker goes on", f"status {service.process.returncode}: {service.last_words()}"))
            self.add()
        return found

    def stop_all(self) -> list[Violation]:
        found = []
        for service in self.services:
            # Before that it has no answer to signals yet.
            service.wait_until_ready()
            status = service.stop()
            if status != 0:
                found.append(Violation("an honest exit status", f"SIGTERM gave {status}: {service.last_words()}"))
        self.ended += self.services
        self.services = []
        return found

    def said(self, words: str) -> int:
        return sum(service.said(words) for service in self.ended)


@contextlib.contextmanager
def herd(worker: Worker, spool: Spool, chance: random.Random) -> Iterator[Herd]:
    """Workers of whom none is left on the way out."""
    result = Herd(worker, spool, chance)
    try:
        for _ in range(WORKERS):
            result.add()
        for service in result.services:
            service.wait_until_ready()
        yield result
    finally:
        for service in result.services:
            service.finish()


def feed(spool: Spool, waiting: list[Job]) -> None:
    """Drop some more jobs, so that there always are some, and never so many that the kills hit idle moments alone."""
    if waiting and len(os.listdir(spool.path / "incoming")) < BACKLOG:
        for job in waiting[:FEED_AT_ONCE]:
            spool.drop(job)
        del waiting[:FEED_AT_ONCE]


def torture(context: Context) -> None:
    worker = context.worker.with_settings(
        renderers="1", max_attempts="1000", lease_timeout=f"{LEASE_SECONDS:.0f}s", scan_interval="1s",
        retry_delay="100ms", retry_max_delay="200ms", settle_time="300ms")
    knows_leases = "lease-timeout" in worker.settings
    with context.folder("spool") as folder:
        spool = worker.spool(folder / "spool")
        picture = worker.sample(folder / "picture.png", *PICTURE)
        for number in range(SOURCES):
            shutil.copyfile(picture, spool.path / "input" / f"{number}.png")
        jobs = [image_job(f"job-{number}.json", f"{number % SOURCES}.png",
                          {f"{number % 100}/{number}.webp": 300, f"{number}.jpg": 200})
                for number in range(JOBS)]
        waiting = list(jobs)
        found: list[Violation] = []
        with herd(worker, spool, context.random) as workers:
            begin = time.monotonic()
            while time.monotonic() - begin < context.minutes * 60:
                feed(spool, waiting)
                time.sleep(context.random.uniform(0.1, 1.0))
                if context.random.random() < 0.7:
                    workers.kill_one()
                else:
                    workers.stop_one(LEASE_SECONDS * 2 if knows_leases else LEASE_SECONDS / 2)
                found += workers.replace_the_dead()
            under_harm = spool.ended()
            while waiting:
                feed(spool, waiting)
                time.sleep(0.1)
            drain(spool, workers)
            found += workers.stop_all()
            takeovers = workers.said("took over")
            found += [Violation("renderers end with their worker", f"process {pid} outlived it by "
                                f"{RENDERERS_END_SECONDS:.0f} s") for pid in workers.stragglers]
        context.report.check(
            NAME, "workers end only when they are told to", found, f"{workers.kills} killed, {workers.sleeps} put to "
            f"sleep, {under_harm} jobs ended meanwhile", spool=spool.path)
        clean = worker.drain(spool, folder / "clean.log", DRAIN_SECONDS)
        if clean.status not in (0, 1):
            raise TortureError(f"the clean run ended with {clean.status}: {clean.words[-300:]}")
        found = check_end(spool, jobs)
        attempts = [len((spool.result("done", job.name) or {}).get("attempts", [])) for job in jobs]
        context.report.check(
            NAME, f"{JOBS} jobs, each ended once", found, f"{sum(attempts)} attempts, at most {max(attempts)} for one "
            f"job, {takeovers} taken over, {len(leftovers(spool))} leftovers", spool=spool.path)
        if found:
            context.keep(folder)


def drain(spool: Spool, workers: Herd) -> None:
    """Let them work in peace until nothing is left."""
    deadline = time.monotonic() + DRAIN_SECONDS
    while spool.waiting() and time.monotonic() < deadline:
        workers.replace_the_dead()
        time.sleep(0.5)
