"""spool-worker as a contender: jobs dropped before the start, timed from start to exit."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .commands import BenchmarkError, answer, timed
from .peers import PLANES_ALONE, PLANES_LOOP, PLANES_LOOP_DURABLE, QUALITY, TIME_LIMIT, TIME_LIMIT_PER_IMAGE, Task
from .report import SpoolCost


class Spool:
    """A folder made by `spool-worker init`, used as any producer would."""

    def __init__(self, worker: Path, task: Task, path: Path) -> None:
        self.path = path
        self.task = task
        answer([str(worker), "init", str(path)])
        shutil.copyfile(task.photo, path / "input" / "photo.jpg")

    def stage(self, number: int) -> Path:
        """A job file in tmp/, complete but not dropped yet."""
        rendition = {"path": f"out-{number}.jpg", "width": self.task.size[0], "height": self.task.size[1],
                     "fit": "fill", "quality": QUALITY}
        staged = self.path / "tmp" / f"job-{number}.json"
        staged.write_text(json.dumps({"input": "photo.jpg", "renditions": [rendition]}))
        return staged

    def drop(self, staged: Path) -> None:
        staged.rename(self.path / "incoming" / staged.name)

    def copy(self, staged: Path) -> None:
        """Drop as `cp` does, into the folder itself."""
        shutil.copyfile(staged, self.path / "incoming" / staged.name)
        staged.unlink()

    def result(self, number: int) -> Path:
        return self.path / "done" / f"job-{number}.result.json"

    def is_finished(self, number: int) -> bool:
        return (self.path / "done" / f"job-{number}.json").exists()

    def check_failures(self) -> None:
        for failure in sorted((self.path / "failed").glob("*.result.json")):
            raise BenchmarkError(f"{failure.name}: {read_result(failure).get('error')}")

    def check(self, count: int) -> None:
        """Exactly `count` jobs in done/, each with its result, and none elsewhere."""
        self.check_failures()
        results = list((self.path / "done").glob("*.result.json"))
        jobs = set((self.path / "done").glob("*.json")) - set(results)
        if len(results) != count or len(jobs) != count:
            raise BenchmarkError(f"done/ has {len(jobs)} jobs and {len(results)} results instead of {count}")
        for result in results:
            if read_result(result).get("status") != "done":
                raise BenchmarkError(f"{result.name}: the status is not done")


def read_result(path: Path) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(path.read_text())
    except ValueError as error:
        raise BenchmarkError(f"{path.name}: {error}") from error
    return document


@dataclass(frozen=True)
class WorkerOnce:
    """`spool-worker run --once` on a spool that is already full."""

    name: str
    worker: Path
    task: Task
    configuration: str = ""

    def images(self, count: int) -> int:
        return count

    def run(self, folder: Path, images: int) -> float:
        spool = Spool(self.worker, self.task, folder / "spool")
        for number in range(images):
            spool.drop(spool.stage(number))
        command = [str(self.worker), "run", "--spool", str(spool.path), "--once"]
        if self.configuration:
            configuration = folder / "spool-worker.yaml"
            configuration.write_text(self.configuration)
            command += ["--config", str(configuration)]
        seconds = timed(command, folder, TIME_LIMIT + TIME_LIMIT_PER_IMAGE * images)
        spool.check(images)
        return seconds

    def outputs(self, folder: Path) -> list[Path]:
        return sorted((folder / "spool" / "output").glob("out-*.jpg"))


# Against the same work without jobs, results, digests and process boundaries.
SPOOL_COSTS = (
    SpoolCost("spool-worker", PLANES_LOOP_DURABLE, goal=0.92),
    SpoolCost("spool-worker", PLANES_ALONE),
    SpoolCost("spool-worker, durability none", PLANES_LOOP),
)


def worker_rows(worker: Path, task: Task) -> list[WorkerOnce]:
    return [
        WorkerOnce("spool-worker", worker, task),
        WorkerOnce("spool-worker, durability none", worker, task, "durability: none\n"),
    ]
