"""Power cuts under load: what the worker has called done is done after the reboot."""

import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from .commands import TortureError
from .context import Context
from .disks import Disk, disk
from .identity import Identity
from .invariants import check_end, check_moment, check_outputs
from .report import Violation
from .service import Service, serving
from .spool import Job, Spool, Worker, image_job

NAME = "powercut"
KINDS = ("ext4", "xfs")
SLOWEST_CUT_SECONDS = 2.0
FEED_SECONDS = 0.002
# Waiting at once; more would only show that a queue can be long.
BACKLOG = 40
FLUSHED = "never lost by a power cut"
KEPT_WITHOUT_FLUSHES = {"in exactly one folder", "never changed", "comes to an end", "the next start goes on"}


@dataclass
class Feeder:
    """Drops jobs durably until the disk refuses."""

    spool: Spool
    prefix: str
    # Each with the moment when its flush had returned.
    flushed: list[tuple[Job, float]] = field(default_factory=list)
    refused: list[Job] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def feed(self) -> None:
        number = 0
        while not self.over.wait(FEED_SECONDS):
            try:
                if len(os.listdir(self.spool.path / "incoming")) > BACKLOG:
                    continue
            except OSError:
                return
            number += 1
            name = f"{self.prefix}-{number}"
            job = image_job(f"{name}.json", "picture.png", {f"{self.prefix}/{name}.webp": 40, f"{name}.jpg": 30})
            try:
                self.spool.drop(job, synchronized=True)
            except OSError:
                self.refused.append(job)
                return
            self.flushed.append((job, time.monotonic()))

    def dropped(self, before: float) -> list[Job]:
        """What no power cut at that moment may take back."""
        return [job for job, moment in self.flushed if moment < before]

    def unsure(self, since: float) -> list[Job]:
        """Those in the middle of whose drop the power may have gone. The kernel that plays the cut lives on, and a
        flush that comes after it may find nothing left to do and call that success."""
        return [job for job, moment in self.flushed if moment >= since] + self.refused


@dataclass
class Machine:
    """A spool on a disk that loses its power again and again."""

    context: Context
    worker: Worker
    disk: Disk
    folder: Path
    durability: str
    jobs: list[Job] = field(default_factory=list)
    unsure: list[Job] = field(default_factory=list)
    # What was broken by earlier cuts.
    known: set[Violation] = field(default_factory=set)

    @property
    def spool(self) -> Spool:
        return Spool(self.disk.mount / "spool")

    def prepare(self) -> None:
        self.worker.spool(self.spool.path)
        self.worker.sample(self.spool.path / "input" / "picture.png")
        # The file system, the spool and the picture are from long ago.
        self.disk.detach()
        self.disk.attach()

    def round(self, number: int) -> None:
        feeder = Feeder(self.spool, f"round{number}")
        wait = self.context.random.uniform(0.3, SLOWEST_CUT_SECONDS)
        moment = f"cut {wait:.3f} s after the first drop"
        service, cut = self.work_until_cut(feeder, wait)
        acknowledged = service.acknowledged(before=cut)
        dropped = feeder.dropped(before=cut)
        self.disk.detach()
        self.disk.attach()
        self.jobs += dropped
        self.unsure += feeder.unsure(since=cut)
        after = {path.name for path in (self.spool.path / "done").iterdir()}
        lost = sorted(name for name in acknowledged if name not in after)
        notes = f"{len(dropped)} dropped, {len(acknowledged)} done, {len(lost)} of them taken back"
        seen = [Violation(FLUSHED, f"the log had {name} as done, it is not in done/") for name in lost]
        seen += check_moment(self.spool, self.jobs, self.unsure) + check_outputs(self.spool)
        violations, losses = self.news(seen)
        if self.durability == "none":
            notes += f", {losses - len(lost)} other losses"
        self.say("after the cut", number, violations, notes, moment)
        self.recover(number, moment)

    def boot(self) -> Worker:
        """The worker as it runs until the next cut."""
        return self.worker.on(Identity.booted(self.folder))

    def work_until_cut(self, feeder: Feeder, wait: float) -> tuple[Service, float]:
        """The worker, ended, and the last moment at which there certainly was power."""
        with serving(self.boot(), self.spool) as service:
            thread = threading.Thread(target=feeder.feed, daemon=True)
            thread.start()
            try:
                time.sleep(wait)
                if service.process.poll() is not None:
                    raise TortureError(f"the worker ended before the cut: {service.last_words()}")
                cut = time.monotonic()
                self.disk.cut_power()
            finally:
                feeder.over.set()
                thread.join()
            return service, cut

    def recover(self, number: int, moment: str) -> None:
        """The next start finishes everything that is there."""
        clean = self.boot().drain(self.spool, self.folder / "clean.log")
        self.jobs += self.unsure_here()
        violations, _ = self.news(check_end(self.spool, self.jobs))
        if clean.status not in (0, 1):
            violations.append(Violation("the next start goes on", f"status {clean.status}: {clean.words[-300:]}"))
        self.unsure.clear()
        self.say("after the next start", number, violations, "", moment)

    def news(self, violations: list[Violation]) -> tuple[list[Violation], int]:
        """What is broken since the last look, without what `durability: none` gives away; and how much that is. The
        last seconds may be lost then, but never a job's own file, which was flushed by its producer."""
        new = [violation for violation in violations if violation not in self.known]
        self.known.update(new)
        kept = [violation for violation in new
                if self.durability == "full" or violation.promise in KEPT_WITHOUT_FLUSHES]
        return kept, len(new) - len(kept)

    def unsure_here(self) -> list[Job]:
        contents = {path.read_bytes() for folder in self.spool.job_folders() for path in folder.glob("*.json")}
        return [job for job in self.unsure if job.content in contents]

    def say(self, what: str, number: int, violations: list[Violation], note: str, moment: str) -> None:
        self.context.report.check(
            NAME, f"{self.disk.kind}, durability {self.durability}, cut {number}, {what}", violations, note, moment,
            self.spool.path)
        if violations:
            self.context.keep(self.folder)


def torture(context: Context) -> None:
    deadline = time.monotonic() + context.minutes * 60
    rounds = 0
    worker = context.worker.with_settings(
        renderers="2", scan_interval="1s", retry_delay="100ms", retry_max_delay="200ms", max_attempts="1000")
    plans = [(kind, durability) for durability in ("full", "none") for kind in KINDS]
    for index, (kind, durability) in enumerate(plans):
        # The time is shared out, and each plan has at least two rounds.
        until = time.monotonic() + max(0.0, deadline - time.monotonic()) / (len(plans) - index)
        with context.folder(f"{kind}-{durability}") as folder, disk(kind, folder) as machine_disk:
            machine = Machine(context, worker.with_settings(durability=durability), machine_disk, folder, durability)
            machine.prepare()
            number = 0
            while number < 2 or time.monotonic() < until:
                number += 1
                machine.round(number)
            rounds += number
    context.report.say(f"{rounds} power cuts")
