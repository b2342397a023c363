"""The crash sweep: harm at every file-system call of a job's life, one run for each."""

import functools
import os
import re
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from .commands import TortureError, kill_session, start
from .context import Context
from .invariants import check_end
from .report import Violation
from .spool import Ending, Job, Spool, Worker, image_job, job_files, text_job
from .tools import compile_faults

NAME = "sweep"
RUN_SECONDS = 60.0
# The life in which starting up is swept, too.
FIRST = "two renditions"
# Moments in the life with two renditions at which a worker dies, for its successor to be harmed: before the first call
# that looks like this.
DEATHS = {
    "before the record": r"\S+ processing/W/\.",
    "from the work": r"\S+sync output/\S*\.tmp$",
    "from the publishing": r"(rename|link)\S* output/\S+ output/old.jpg$",
    "from the commit": r"(rename|link)\S* processing/W/job.json done/",
    "after the commit": r"\S+sync done$",
}
# What a worker may answer to a failing file system: the job is at fault, or the file system, or the spool is unusable.
HONEST_ENDS = {0, 1, 69, 74}
# Of a run that had to be killed.
UNENDING = -1
PARALLEL = 2


@dataclass(frozen=True)
class Harm:
    """A kind of harm, and the calls to which it is done."""

    name: str
    harm: str
    calls: str
    who: str = "worker"
    sticky: bool = False

    @property
    def kills(self) -> bool:
        return self.harm == "kill"


HARMS = (
    Harm("killed", "kill", "change"),
    Harm("EIO", "EIO", "any"),
    Harm("EIO from then on", "EIO", "change", sticky=True),
    Harm("ENOSPC", "ENOSPC", "space"),
    Harm("ENOSPC from then on", "ENOSPC", "space", sticky=True),
    Harm("EMFILE", "EMFILE", "open"),
    Harm("renderer killed", "kill", "change", who="renderers"),
    Harm("ENOSPC in the renderer", "ENOSPC", "space", who="renderers", sticky=True),
)


@dataclass(frozen=True)
class Scene:
    """A spool before the harm, its jobs, and what else happens to it."""

    spool: Spool
    jobs: tuple[Job, ...]
    # Between the harmed run and the clean one.
    meanwhile: Callable[[], None] = lambda: None
    # Called over and over while the harmed run is under way, with its log of calls; True once there is no more to do.
    during: Callable[[Path, int], bool] = lambda log, pid: True
    options: tuple[str, ...] = ("--once",)


@dataclass(frozen=True)
class Event:
    """One call that touched the spool."""

    number: int
    text: str
    shape: str
    harmed: bool


@dataclass(frozen=True)
class Outcome:
    """What a run under `faults` did."""

    events: list[Event]
    status: int
    left: int
    words: str

    @property
    def moment(self) -> str:
        return next((f"before call {event.number}: {event.text}" for event in self.events if event.harmed), "")


# MARK: The lives of jobs

class Lives:
    """Each makes a spool in which one job is to live one kind of life."""

    def __init__(self, worker: Worker, stock: Path, faults: "Faults") -> None:
        self.worker = worker
        self.faults = faults
        self.picture = worker.sample(stock / "picture.png")
        self.large = worker.sample(stock / "large.png", 2400, 1800)
        self.cut = stock / "cut.png"
        self.cut.write_bytes(self.large.read_bytes()[:200_000])

    def all(self) -> dict[str, Callable[[Path], Scene]]:
        return {
            FIRST: self.two_renditions,
            "a job that is none": self.invalid,
            "half a job": self.unfinished,
            "a cut source": self.cut_source,
            "a source that comes late": self.late_source,
            "a source that never comes": self.no_source,
            "a name that is taken": self.taken,
            "six jobs at once": self.six,
            "given back on SIGTERM": self.given_back,
            **{f"taken over {when}": functools.partial(self.taken_over, moment=moment)
               for when, moment in DEATHS.items()},
        }

    def spool(self, folder: Path, *pictures: tuple[str, Path]) -> Spool:
        spool = self.worker.spool(folder / "spool")
        for name, source in pictures:
            shutil.copyfile(source, spool.path / "input" / name)
        return spool

    def two_renditions(self, folder: Path) -> Scene:
        spool = self.spool(folder, ("a.png", self.picture))
        (spool.path / "output" / "old.jpg").write_bytes(b"\xff\xd8 an older rendition \xff\xd9")
        return self.dropped(spool, image_job("job.json", "a.png", {"new/a.webp": 32, "old.jpg": 24}))

    def invalid(self, folder: Path) -> Scene:
        return self.dropped(self.spool(folder), text_job(
            "job.json", '{"input": "a.png", "renditions": [{"path": "a.webp", "widht": 3}], "metadata": "UNIQUE"}',
            ("job_invalid",)))

    def unfinished(self, folder: Path) -> Scene:
        return self.dropped(self.spool(folder), text_job("job.json", '{"input": "UNIQUE', ("job_syntax",)))

    def cut_source(self, folder: Path) -> Scene:
        return self.dropped(self.spool(folder, ("a.png", self.cut)), image_job(
            "job.json", "a.png", {"a.webp": 32, "b.jpg": 16}, Ending.FAILED, ("input_corrupt",)))

    def late_source(self, folder: Path) -> Scene:
        spool = self.spool(folder)
        scene = self.dropped(spool, image_job("job.json", "a.png", {"a.webp": 32}, self.missing_source_ending))

        def put_while_it_waits(log: Path, pid: int) -> bool:
            if job_files(spool.path / "retry"):
                self.put_source(spool)
                return True
            return False

        return replace(scene, during=put_while_it_waits, meanwhile=lambda: self.put_source(spool))

    @property
    def missing_source_ending(self) -> Ending:
        return Ending.DONE if self.retries else Ending.DONE_OR_PASSING

    @property
    def retries(self) -> bool:
        """Whether the worker tries again what failed for a passing reason."""
        return "retry-delay" in self.worker.settings

    def put_source(self, spool: Spool) -> None:
        shutil.copyfile(self.picture, spool.path / "input" / "a.png")

    def no_source(self, folder: Path) -> Scene:
        return self.dropped(self.spool(folder), image_job(
            "job.json", "a.png", {"a.webp": 32}, Ending.FAILED, ("input_not_found", "worker_died")))

    def taken(self, folder: Path) -> Scene:
        spool = self.spool(folder, ("a.png", self.picture))
        older = image_job("job.json", "a.png", {"older.webp": 20})
        spool.drop(older)
        self.worker.once(spool, folder / "older.log")
        scene = self.dropped(spool, image_job("job.json", "a.png", {"a.webp": 32}))
        return replace(scene, jobs=(older, *scene.jobs))

    def six(self, folder: Path) -> Scene:
        """All good but one; their calls mingle."""
        spool = self.spool(folder, ("a.png", self.picture))
        jobs = [image_job(f"job-{number}.json", "a.png", {f"{number}/a.webp": 32}) for number in range(5)]
        jobs.append(text_job("job-bad.json", '{"UNIQUE": 1}', ("job_invalid",)))
        for job in jobs:
            spool.drop(job)
        return Scene(spool, tuple(jobs))

    def given_back(self, folder: Path) -> Scene:
        """A service that is told to stop, at once, in the middle of a rendering."""
        spool = self.spool(folder, ("a.png", self.large))
        scene = self.dropped(spool, image_job("job.json", "a.png", {"a.png": 2000, "b.webp": 2000}))

        def stop(log: Path, pid: int) -> bool:
            # Rendering has begun once the last temporary file is there; a run that is stuck earlier is stopped as well.
            begun = any((spool.path / "output").glob(".spool-*-1.tmp"))
            if begun or stop_by < time.monotonic():
                os.kill(pid, signal.SIGTERM)
                return True
            return False

        stop_by = time.monotonic() + 4
        return replace(scene, during=stop, options=())

    def taken_over(self, folder: Path, moment: str) -> Scene:
        """A worker has died at a moment of the life with two renditions; its successor is harmed."""
        scene = self.two_renditions(folder)
        log = folder / "first.log"
        killed = Harm("killed", "kill", "change")
        events = self.faults.moments(self.worker)
        number = next((event.number for event in events if re.match(moment, event.shape)), 0)
        if not number:
            raise TortureError(f"no call like {moment} in the life with two renditions; its steps have changed")
        self.faults.run_to_end(self.worker, scene, killed, number, log)
        return scene

    @staticmethod
    def dropped(spool: Spool, job: Job) -> Scene:
        spool.drop(job)
        return Scene(spool, (job,))


# MARK: Runs under faults

class Faults:
    """Runs workers under the program faults.c."""

    def __init__(self, program: Path, scratch: Path) -> None:
        self.program = program
        self.scratch = scratch
        self.reference: list[Event] = []

    def moments(self, worker: Worker) -> list[Event]:
        """The changing calls of the life with two renditions, unharmed."""
        return self.reference

    def run_to_end(self, worker: Worker, scene: Scene, harm: Harm, at: int, log: Path) -> Outcome:
        """One run on which others are built."""
        done = self.run(worker, scene, harm, at, log)
        if done.status == UNENDING:
            raise TortureError(f"a run before the harm did not end in {RUN_SECONDS:.0f} s")
        return done

    def run(self, worker: Worker, scene: Scene, harm: Harm, at: int, log: Path) -> Outcome:
        """One run, harmed at the given call, or not at all with 0."""
        calls, words = log.with_suffix(".calls"), log.with_suffix(".words")
        command = [
            str(self.program), "--root", str(scene.spool.path.resolve()), "--log", str(calls), "--harm", harm.harm,
            "--at", str(at), "--class", harm.calls, "--who", harm.who, *(["--sticky"] if harm.sticky else []), "--",
            *worker.command(scene.spool, *scene.options)]
        words.write_bytes(b"")
        process = start(command, words, worker.environment)
        try:
            deadline = time.monotonic() + RUN_SECONDS
            settled = False
            while (status := process.poll()) is None:
                settled = settled or scene.during(calls, process.pid)
                if time.monotonic() > deadline:
                    status = UNENDING
                    break
                time.sleep(0.01)
        finally:
            kill_session(process)
        return outcome(calls, status, words.read_text(errors="replace"))


def outcome(log: Path, status: int, words: str) -> Outcome:
    events, left = [], 0
    for line in log.read_text(errors="replace").splitlines():
        if line.startswith("left "):
            left = int(line.removeprefix("left "))
        elif not line.startswith("end "):
            number, who, call, *paths = line.split("\t")
            text = " ".join([call, *(path for path in paths if path)])
            events.append(Event(int(number.lstrip("!")), f"{who}: {text}", shape_of(text), number.startswith("!")))
    return Outcome(events, status, left, words)


def shape_of(text: str) -> str:
    """A call without what differs between two runs: ids of workers and jobs."""
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID", text)
    text = re.sub(r"(processing|workers)/\.?[^/. ]+-\d+-[^/. ]+", r"\1/W", text)
    text = re.sub(r"(tmp)/\.[^. ]+-\d+-[^. ]+", r"\1/.W", text)
    return re.sub(r"\.record-\d+", ".record", text)


# MARK: The sweep

@dataclass
class Sweep:
    context: Context
    worker: Worker
    faults: Faults
    every: int

    def sweep(self, life: str, make: Callable[[Path], Scene], harm: Harm) -> None:
        """Every k-th call of the life, until a run ends without any harm."""
        with self.context.folder("reference") as folder:
            scene = make(folder)
            reference = self.faults.run_to_end(self.worker, scene, harm, 0, folder / "run")
        # Starting up is the same in all lives, so one of them is enough; a life ends with its worker's shutdown.
        begin = 0 if life == FIRST or harm.who == "renderers" else start_up_calls(reference.events)
        total = len(reference.events) - begin
        if total <= 0:
            return
        # A run's calls may come in another order, and a few more or less.
        first = self.context.random.randrange(self.every)
        numbers = range(1 + begin + first, begin + total + 3, self.every)
        found: list[tuple[str, list[Violation]]] = []
        hit: Counter[str] = Counter()
        for moment, shape, violations in self.points(life, make, harm, numbers):
            if shape:
                hit[shape] += 1
            if violations:
                found.append((moment, violations))
        shapes = {event.shape for event in reference.events[begin:]}
        note = f"{sum(hit.values())} of {total} calls, {len(hit.keys() & shapes)} of {len(shapes)} kinds"
        broken = [violation for _, violations in found for violation in violations]
        self.context.report.check(NAME, f"{life}, {harm.name}", broken, note,
                                  moment=f"{len(found)} moments, each told above" if found else "")

    def points(
        self, life: str, make: Callable[[Path], Scene], harm: Harm, numbers: range
    ) -> Iterator[tuple[str, str, list[Violation]]]:
        """Some at a time, in their order."""
        with ThreadPoolExecutor(PARALLEL) as pool:
            try:
                yield from pool.map(lambda number: self.point(life, make, harm, number), numbers)
            finally:
                # On Ctrl-C those that have begun clean up after themselves, and no other begins.
                pool.shutdown(wait=True, cancel_futures=True)

    def point(
        self, life: str, make: Callable[[Path], Scene], harm: Harm, number: int
    ) -> tuple[str, str, list[Violation]]:
        """One harmed run, a clean one, and a look at the spool."""
        with self.context.folder(f"{life}-{harm.name}-{number}") as folder:
            scene = make(folder)
            before = self.harmed_jobs(scene.jobs, harm)
            done = self.faults.run(self.worker, scene, harm, number, folder / "run")
            harmed = [event for event in done.events if event.harmed]
            found = [] if done.left == 0 else [
                Violation("renderers end with their worker", f"{done.left} processes were left after the end")]
            if done.status == UNENDING:
                found.append(Violation("a run ends", f"not in {RUN_SECONDS:.0f} s: {done.words.strip()[-300:]}"))
            elif not harm.kills and done.status not in HONEST_ENDS:
                found.append(Violation("an honest exit status", f"{done.status}: {done.words.strip()[-300:]}"))
            scene.meanwhile()
            clean = self.worker.drain(scene.spool, folder / "clean.log")
            if clean.status not in (0, 1):
                found.append(Violation("the next start goes on", f"exit status {clean.status}: {clean.words[-300:]}"))
            # What could not be removed, or not be looked at for that, may stay; it is hidden.
            calls = "unlinkat|openat2 output" if life.startswith("taken over") else "unlinkat"
            removing = any(re.search(calls, event.text) for event in harmed) and not harm.kills
            found += check_end(scene.spool, before if harmed else scene.jobs, forgive_leftovers=removing)
            if found:
                self.tell(life, harm, done.moment, found, scene.spool)
                self.context.keep(folder)
            return done.moment, harmed[0].shape if harmed else "", found

    def harmed_jobs(self, jobs: tuple[Job, ...], harm: Harm) -> tuple[Job, ...]:
        """What must come of jobs in a harmed run: errors that do not end, or that are not followed by another try, may
        fail a good job, but for a reason that passes."""
        if harm.kills and harm.who == "worker":
            return jobs
        good = Ending.DONE if "retry-delay" in self.worker.settings and not harm.sticky else Ending.DONE_OR_PASSING
        return tuple(
            replace(job, codes=()) if job.ending is Ending.FAILED else replace(job, ending=good) for job in jobs)

    def tell(self, life: str, harm: Harm, moment: str, found: list[Violation], spool: Spool) -> None:
        self.context.report.tell(f"{life}, {harm.name}", moment, found, spool.path)


def start_up_calls(events: list[Event]) -> int:
    """How many calls come before the first that has to do with a job."""
    return next((index for index, event in enumerate(events) if "job" in event.shape), len(events))


def torture(context: Context) -> None:
    with context.folder("tools") as tools:
        faults = Faults(compile_faults(tools), tools)
        worker = context.worker.with_settings(
            renderers="1", settle_time="50ms", retry_delay="50ms", retry_max_delay="50ms", max_attempts="4",
            shutdown_timeout="0s",
            watch="poll")
        lives = Lives(worker, tools, faults)
        with context.folder("first") as folder:
            first = faults.run_to_end(worker, lives.two_renditions(folder), HARMS[0], 0, folder / "run")
            faults.reference = first.events
        sweep = Sweep(context, worker, faults, context.every)
        for harm in chosen_harms(context):
            for life, make in lives.all().items():
                if not context.lives or life in context.lives:
                    sweep.sweep(life, make, harm)


def chosen_harms(context: Context) -> Iterator[Harm]:
    return (harm for harm in HARMS if not context.harms or harm.name in context.harms)
