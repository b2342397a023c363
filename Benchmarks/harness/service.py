"""spool-worker as a service: how soon it picks up a job, what it costs while idle, how much memory it takes."""

import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from .commands import BenchmarkError, last_words, started, wait_for_exit
from .peers import TIME_LIMIT, TIME_LIMIT_PER_IMAGE, Task
from .processes import descendants, idle_percent, peak_kib
from .worker import Spool, read_result

LATENCY_JOBS = 20
IDLE_SECONDS = 5.0
POLL_SECONDS = 0.001
# Long enough for the worker to fall idle between two jobs.
PAUSE_SECONDS = 0.1


@dataclass(frozen=True)
class Spread:
    """Median and maximum of some times in milliseconds."""

    median: float
    maximum: float

    @classmethod
    def of(cls, milliseconds: list[float]) -> "Spread":
        return cls(statistics.median(milliseconds), max(milliseconds))

    def __str__(self) -> str:
        return f"{self.median:.1f} ms median, {self.maximum:.1f} ms max"


@dataclass(frozen=True)
class ServiceReport:
    """What one running worker was seen to do."""

    drop_to_result: Spread
    write_to_result: Spread
    timings: dict[str, Spread]
    idle_cpu_percent: float
    supervisor_peak_kib: int
    children_peak_kib: list[int]
    stop_seconds: float
    stop_status: int

    def lines(self) -> dict[str, str]:
        children = ", ".join(f"{peak / 1024:.1f} MiB" for peak in self.children_peak_kib) or "none"
        return {
            f"drop by rename to result, {LATENCY_JOBS} single jobs": str(self.drop_to_result),
            **{f"    {stage}, as the results say": str(spread) for stage, spread in self.timings.items()},
            f"drop in place to result, {LATENCY_JOBS} single jobs": str(self.write_to_result),
            f"idle CPU over {IDLE_SECONDS:.0f} s": f"{self.idle_cpu_percent:.2f} % of one core",
            "peak RSS of the supervisor": f"{self.supervisor_peak_kib / 1024:.1f} MiB",
            "peak RSS of its children": children,
            "stop on SIGTERM": f"{self.stop_seconds * 1000:.0f} ms, exit status {self.stop_status}",
        }

    def document(self) -> dict[str, object]:
        return {
            "dropToResultMilliseconds": asdict(self.drop_to_result),
            "writeToResultMilliseconds": asdict(self.write_to_result),
            "timingsMilliseconds": {stage: asdict(spread) for stage, spread in self.timings.items()},
            "idlePercentOfOneCore": self.idle_cpu_percent,
            "supervisorPeakKiB": self.supervisor_peak_kib,
            "childrenPeakKiB": self.children_peak_kib,
            "stopSeconds": self.stop_seconds,
            "stopStatus": self.stop_status,
        }


@dataclass
class Service:
    """A running worker; its jobs are numbered in the order of their drops."""

    spool: Spool
    process: subprocess.Popen[bytes]
    folder: Path
    dropped: int = 0

    def finish_one(self, in_place: bool = False) -> tuple[float, dict[str, float]]:
        """Drop one job, by rename or as `cp` does; the milliseconds until its result was seen in done/, and the timings
        that it tells."""
        number = self.dropped
        self.dropped += 1
        staged = self.spool.stage(number)
        begin = time.monotonic()
        if in_place:
            self.spool.copy(staged)
        else:
            self.spool.drop(staged)
        self.wait_until(self.spool.result(number).exists, TIME_LIMIT)
        milliseconds = (time.monotonic() - begin) * 1000
        self.wait_until(lambda: self.spool.is_finished(number), TIME_LIMIT)
        return milliseconds, read_result(self.spool.result(number)).get("timings", {})

    def finish_many(self, count: int) -> None:
        """Keep every process busy with `count` jobs, until all are done."""
        numbers = range(self.dropped, self.dropped + count)
        self.dropped += count
        for number in numbers:
            self.spool.drop(self.spool.stage(number))
        limit = TIME_LIMIT + TIME_LIMIT_PER_IMAGE * count
        self.wait_until(lambda: all(map(self.spool.is_finished, reversed(numbers))), limit)
        self.spool.check(self.dropped)

    def stop(self) -> tuple[float, int]:
        """Send SIGTERM; the seconds until the exit, and its status."""
        begin = time.monotonic()
        self.process.terminate()
        status = wait_for_exit(self.process, TIME_LIMIT)
        return time.monotonic() - begin, status

    def wait_until(self, condition: Callable[[], bool], limit: float) -> None:
        deadline = time.monotonic() + limit
        while not condition():
            if self.process.poll() is not None:
                status = self.process.returncode
                raise BenchmarkError(f"the worker ended with status {status}: {last_words(self.folder)}")
            self.spool.check_failures()
            if time.monotonic() > deadline:
                raise BenchmarkError(f"no result after {limit:.0f} s: {last_words(self.folder)}")
            time.sleep(POLL_SECONDS)


def observe_service(worker: Path, task: Task, folder: Path, burst: int) -> ServiceReport:
    """Run a worker in `folder`: single jobs for the latency, rest for the idle cost, `burst` jobs for the memory."""
    spool = Spool(worker, task, folder / "spool")
    with started([str(worker), "run", "--spool", str(spool.path)], folder) as process:
        service = Service(spool, process, folder)
        # The first job says that the worker is up; it is not counted.
        service.finish_one()
        totals: list[float] = []
        stages: dict[str, list[float]] = {}
        for _ in range(LATENCY_JOBS):
            time.sleep(PAUSE_SECONDS)
            total, timings = service.finish_one()
            totals.append(total)
            for stage, milliseconds in timings.items():
                stages.setdefault(stage, []).append(milliseconds)
        written: list[float] = []
        for _ in range(LATENCY_JOBS):
            time.sleep(PAUSE_SECONDS)
            written.append(service.finish_one(in_place=True)[0])
        idle = idle_percent(process.pid, IDLE_SECONDS)
        service.finish_many(burst)
        supervisor = peak_kib(process.pid)
        children = sorted(map(peak_kib, descendants(process.pid)), reverse=True)
        seconds, status = service.stop()
    timings_spread = {stage: Spread.of(times) for stage, times in stages.items()}
    return ServiceReport(Spread.of(totals), Spread.of(written), timings_spread, idle, supervisor, children, seconds, status)
