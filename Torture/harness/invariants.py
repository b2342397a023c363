"""What must hold of a spool, whatever was done to its workers."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .report import Violation
from .spool import Ending, Job, Spool, job_files

ENDED = ("done", "failed")
# The codes of the documentation that say that the same job can succeed later.
PASSING = frozenset((
    "input_not_found", "input_unreadable", "input_changed", "render_timeout", "renderer_died", "worker_died",
    "storage_full", "storage_failed"))


@dataclass(frozen=True)
class Place:
    """Where a job's file was found."""

    state: str
    path: Path


def everywhere(spool: Spool) -> dict[bytes, list[Place]]:
    """All job files by their content. Names may have changed where one was taken; contents never do."""
    places: dict[bytes, list[Place]] = {}
    for folder in spool.job_folders():
        state = folder.name if folder.parent == spool.path else "processing"
        for path in job_files(folder):
            places.setdefault(path.read_bytes(), []).append(Place(state, path))
    return places


def check_moment(spool: Spool, jobs: Iterable[Job], unsure: Iterable[Job] = ()) -> list[Violation]:
    """What holds at any moment: each dropped job is in exactly one state folder, unchanged; `unsure` are those of which
    nobody knows whether they were dropped. What is done has complete renditions."""
    places = everywhere(spool)
    doubtful = {job.content: job for job in unsure}
    known = {job.content: job for job in jobs} | doubtful
    found: list[Violation] = []
    for content, job in known.items():
        seen = places.get(content, [])
        if len(seen) > 1 or (not seen and content not in doubtful):
            found.append(Violation("in exactly one folder", f"{job.name} is in {words(spool, seen)}"))
        for place in seen:
            if place.state == "done":
                found += check_done(spool, job, place)
    for content in places.keys() - known.keys():
        found.append(Violation("never changed", f"no such job was dropped: {words(spool, places[content])}"))
    return found


def check_end(spool: Spool, jobs: Iterable[Job], forgive_leftovers: bool = False) -> list[Violation]:
    """What holds once a worker has done all there was to do and has ended."""
    jobs = list(jobs)
    places = everywhere(spool)
    found = check_moment(spool, jobs)
    explained: set[Path] = set()
    for job in jobs:
        for place in places.get(job.content, []):
            explained.add(place.path)
            if place.state not in ENDED:
                found.append(Violation("comes to an end", f"{job.name} is still in {words(spool, [place])}"))
                continue
            found += check_ended(spool, job, place)
    found += check_orphans(spool) + check_once_each(spool)
    if not forgive_leftovers:
        found += [Violation("no leftovers", str(path.relative_to(spool.path))) for path in leftovers(spool)]
    return found


def check_ended(spool: Spool, job: Job, place: Place) -> list[Violation]:
    document = spool.result(place.state, place.path.name)
    if document is None:
        return [Violation("one result", f"{words(spool, [place])} has no readable result beside it")]
    found: list[Violation] = []
    error = document.get("error") or {}
    code = error.get("code", "")
    if document.get("status") != place.state:
        found.append(Violation("the status fits", f"{job.name} is in {place.state} as {document.get('status')}"))
    wrong = {
        Ending.DONE: place.state != "done",
        Ending.FAILED: place.state != "failed",
        Ending.DONE_OR_PASSING: place.state == "failed" and code not in PASSING,
        Ending.EITHER: False,
    }[job.ending]
    if wrong or (place.state == "failed" and job.codes and code not in job.codes):
        expected = " ".join((job.ending.value, *job.codes))
        found.append(Violation(
            "the right ending", f"{job.name} is {place.state} {code or 'without an error'} instead of {expected}: "
            f"{error.get('message', '')}"))
    if (place.state == "failed") != bool(error):
        found.append(Violation("the status fits", f"{job.name} is {place.state} with the error {code or 'none'}"))
    if document.get("job") != job.name:
        found.append(Violation("one result", f"the result beside {job.name} is that of {document.get('job')}"))
    # Of what is no JSON nothing can be read.
    if job.unique and code != "job_syntax" and (document.get("metadata") or {}).get("torture") != job.unique:
        found.append(Violation("one result", f"{job.name} does not get its metadata back"))
    numbers = [attempt.get("number") for attempt in document.get("attempts", [])]
    if numbers != list(range(1, len(numbers) + 1)):
        found.append(Violation("attempts without holes", f"{job.name} has attempts {numbers}"))
    unexplained = [attempt["number"] for attempt in document.get("attempts", [])[:-1] if not attempt.get("error")]
    if unexplained:
        found.append(Violation("attempts without holes", f"{job.name}: attempts {unexplained} have no error"))
    if place.state == "failed" and job.ending is Ending.FAILED:
        found += [Violation("no rendition of a failed job", output) for output in job.outputs
                  if (spool.path / "output" / output).exists()]
    return found


def check_done(spool: Spool, job: Job, place: Place) -> list[Violation]:
    """A done job's renditions are those of its result, whole."""
    document = spool.result("done", place.path.name)
    if document is None:
        return [Violation("one result", f"done {job.name} has no readable result")]
    found: list[Violation] = []
    named = [rendition.get("path") for rendition in document.get("renditions", [])]
    if named != list(job.outputs):
        found.append(Violation("complete renditions", f"{job.name}: the result has {named}, not {list(job.outputs)}"))
    for rendition in document.get("renditions", []):
        found += check_rendition(spool, job, rendition)
    return found


def check_rendition(spool: Spool, job: Job, rendition: dict[str, Any]) -> list[Violation]:
    path = spool.path / "output" / str(rendition.get("path"))
    try:
        content = path.read_bytes()
    except OSError as error:
        return [Violation("complete renditions", f"{rendition.get('path')} of done {job.name}: {error.strerror}")]
    told = (rendition.get("bytes"), rendition.get("sha256"))
    if told != (len(content), hashlib.sha256(content).hexdigest()):
        return [Violation("complete renditions",
                          f"{rendition.get('path')} of done {job.name} is not what the result tells: {len(content)} "
                          f"bytes, not {told[0]}")]
    if not is_complete(content):
        return [Violation("complete renditions", f"{rendition.get('path')} of done {job.name} is cut off")]
    return []


def check_outputs(spool: Spool) -> list[Violation]:
    """Every file at a final path is whole, also of jobs that are not done."""
    return [Violation("complete renditions", f"{path.relative_to(spool.path)} is cut off")
            for path in sorted((spool.path / "output").rglob("*"))
            if path.is_file() and not path.name.startswith(".") and not is_complete(path.read_bytes())]


def is_complete(content: bytes) -> bool:
    """Whether a picture has the end that its format asks for."""
    if content.startswith(b"\x89PNG"):
        return content.endswith(b"IEND\xaeB`\x82")
    if content.startswith(b"\xff\xd8"):
        return content.endswith(b"\xff\xd9")
    if content.startswith(b"RIFF"):
        return len(content) == int.from_bytes(content[4:8], "little") + 8
    if content.startswith(b"GIF8"):
        return content.endswith(b"\0;")
    if content.startswith(b"II*\0"):
        return tiff_ends(content)
    if content[4:8] == b"ftyp":
        return boxes_end(content)
    return False


def tiff_ends(content: bytes) -> bool:
    """Whether the first directory is inside; libvips writes it after the pixels."""
    start = int.from_bytes(content[4:8], "little")
    return 8 <= start <= len(content) - 2 - 12 * int.from_bytes(content[start:start + 2], "little")


def boxes_end(content: bytes) -> bool:
    """Whether the last box of an AVIF ends where the file ends."""
    position = 0
    while position < len(content):
        length = int.from_bytes(content[position:position + 4])
        if length < 8:
            return False
        position += length
    return position == len(content)


def check_orphans(spool: Spool) -> list[Violation]:
    """A result document stands beside its job, or beside none."""
    found = []
    for state in ("done", "failed", "retry"):
        folder = spool.path / state
        stems = {path.name.removesuffix(".json") for path in job_files(folder)}
        found += [Violation("no orphan result", f"{state}/{path.name}") for path in sorted(folder.glob("*.result.json"))
                  if path.name.removesuffix(".result.json") not in stems]
    return found


def check_once_each(spool: Spool) -> list[Violation]:
    """No job has ended twice, by the ids that the results give."""
    ids: Counter[str] = Counter()
    for state in ENDED:
        for path in (spool.path / state).glob("*.result.json"):
            try:
                ids[str(json.loads(path.read_bytes()).get("id"))] += 1
            except ValueError:
                ids[f"unreadable {path.name}"] += 2
    return [Violation("one result", f"{times} results have the id {unique}") for unique, times in ids.items()
            if times > 1]


def leftovers(spool: Spool) -> list[Path]:
    """What workers leave behind when they die and nobody cleans up after them."""
    left = [path for path in (spool.path / "output").rglob(".*") if path.is_file()]
    for folder in ("tmp", "processing", ".spool/workers"):
        left += [path for path in (spool.path / folder).iterdir() if not path.name.startswith(".torture-")]
    for folder in ("incoming", "retry", "done", "failed", ".spool"):
        left += [path for path in (spool.path / folder).iterdir() if path.name.startswith(".")]
    return sorted(left)


def words(spool: Spool, places: list[Place]) -> str:
    return " and ".join(str(place.path.relative_to(spool.path)) for place in places) or "no folder"
