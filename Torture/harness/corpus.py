"""Hostile files of our own making, all through one worker: good pictures that were cut or changed, and bombs."""

import json
import random
import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .bombs import PLAIN, Bomb, Wish, bombs, exif_like
from .builders import exif_segment, gif_frame, gif_start, jpeg_with
from .commands import TortureError, outlived
from .context import Context
from .formats import layout
from .invariants import check_end
from .mutations import Seed, cut, mutated
from .report import Violation
from .service import Service, serving
from .spool import Ending, Job, Spool, Worker, job_files
from .watch import MemoryWatch

NAME = "corpus"
SETTINGS = {
    "renderers": "2", "timeout": "10s", "max_attempts": "1", "limits.memory": "256MiB", "durability": "none",
    "settle_time": "300ms", "scan_interval": "1s",
}
# Beside its limit a renderer has the pages of its program and of the libraries.
MEMORY_SLACK = 128_000_000
TIME_SLACK_SECONDS = 5.0
ENDS_SECONDS = 10.0
# No job has ended for so many timeouts, and so many seconds: none will.
PATIENCE_TIMEOUTS, PATIENCE_SECONDS = 4, 60.0
# Beyond that a cut may take away no more than what follows the pixels.
MOST_PERCENT = 94
LISTED = 8
MOST_CRASHES = 40
UNITS = {"KB": 1000, "MB": 10 ** 6, "GB": 10 ** 9, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "": 1}

# What a file may fail with. All other codes would blame somebody else.
CODES = (
    "input_corrupt", "input_unsupported", "input_too_many_pixels", "input_too_many_pages", "input_metadata_too_large",
    "input_too_complex", "input_too_many_scans", "memory_exceeded", "render_timeout", "renderer_died",
    "render_failed", "output_too_large", "job_invalid")
# A decoder that crashes is contained. Any other end means that renderer or worker are wrong.
CRASHES = frozenset(("SIGSEGV", "SIGABRT", "SIGBUS", "SIGFPE", "SIGILL"))
ENDED = re.compile(r"ended in the middle of the job: (\S+)")

COMPLAINT = re.compile(r"\S+ (?:warning|error|critical) (.*)")
OF_A_JOB = re.compile(r"failed: |renderer \d+ (says: |ended in the middle of a job)")

# Seeds by name: what they are made of, and how.
SEEDS: dict[str, tuple[str, dict[str, Any]]] = {
    "baseline.jpg": ("hues.png", {"jpeg": {"optimiseCoding": False}}),
    "progressive.jpg": ("hues.png", {"jpeg": {"progressive": True}}),
    "full.jpg": ("hues.png", {"jpeg": {"chromaSubsampling": "4:4:4"}}),
    "grey.jpg": ("hues.png", {"greyscale": True}),
    "profile.jpg": ("hues.png", {"colourspace": "p3"}),
    "colours.png": ("hues.png", {}),
    "alpha.png": ("glass.png", {}),
    "palette.png": ("hues.png", {"png": {"colours": 16}}),
    "interlaced.png": ("hues.png", {"png": {"progressive": True}}),
    "profile.png": ("hues.png", {"colourspace": "p3"}),
    "lossy.webp": ("hues.png", {}),
    "lossless.webp": ("glass.png", {"webp": {"lossless": True}}),
    "alpha.webp": ("glass.png", {"colourspace": "p3"}),
    "still.gif": ("hues.png", {"gif": {"colours": 32}}),
    "interlaced.gif": ("glass.png", {"gif": {"progressive": True}}),
    "lzw.tif": ("glass.png", {"tiff": {"compression": "lzw"}}),
    "jpeg.tif": ("hues.png", {"tiff": {"compression": "jpeg"}}),
    "tiles.tif": ("hues.png", {"tiff": {"compression": "deflate", "tile": True, "tileWidth": 16, "tileHeight": 16}}),
    "plain.tif": ("hues.png", {"tiff": {"compression": "none"}}),
    "packbits.tif": ("hues.png", {"tiff": {"compression": "packbits"}}),
    "fax.tif": ("hues.png", {"tiff": {"compression": "ccittfax4", "bitdepth": 1}}),
    "zstd.tif": ("hues.png", {"tiff": {"compression": "zstd"}}),
    "webp.tif": ("hues.png", {"tiff": {"compression": "webp"}}),
    "big.tif": ("hues.png", {"tiff": {"pyramid": True, "tile": True, "tileWidth": 16, "tileHeight": 16}}),
    "still.avif": ("hues.png", {}),
    "halved.avif": ("hues.png", {"avif": {"chromaSubsampling": "4:2:0"}}),
    "deep.avif": ("hues.png", {"avif": {"bitdepth": 10}}),
    "alpha.avif": ("glass.png", {}),
}
# Of these, several frames are made.
MOVING = ("moving-again.gif", "moving.webp", "pages.tif")
# For bombs alone.
PARTS: dict[str, tuple[str, dict[str, Any]]] = {
    "dot.png": ("hues.png", {"width": 1, "height": 1}),
    "dot.webp": ("hues.png", {"width": 1, "height": 1, "webp": {"lossless": True}}),
    "large.avif": ("hues.png", {
        "extract": {"left": 0, "top": 0, "width": 1, "height": 1}, "width": 4096, "height": 4096, "quality": 1,
        "avif": {"effort": 0}}),
}
HAVE_MANY = frozenset(("moving.gif", *MOVING, "big.tif"))

# What jobs of changed files ask for.
WISHES = (
    PLAIN, PLAIN, Wish(".jpg", {"width": 32}), Wish(".webp", {"width": 100}), Wish(".jpg"), Wish(".webp"),
    Wish(".png", {"width": 32}, {"failOn": "none"}), Wish(".jpg", {}, {"failOn": "none"}),
    Wish(".webp", {}, {"failOn": "error"}),
    Wish(".png", {"width": 20}, {"failOn": "truncated"}), Wish(".jpg", {"keep": ["all"], "withoutGps": False}),
    Wish(".webp", {"keep": ["all"], "colourspace": "keep"}), Wish(".tif", {"keep": ["all"]}),
    Wish(".webp", {"animated": True}),
    Wish(".gif", {"animated": True, "width": 32}), Wish(".tif", {"animated": True}, {"failOn": "none"}),
    Wish(".png", {"width": 24, "height": 24, "position": "attention"}), Wish(".png", {"trim": True}),
    Wish(".png", {"rotate": 90}),
    Wish(".png", {"colourspace": "p3"}), Wish(".jpg", {"ifLarger": "copy"}), Wish(".png", {}, {"page": 1}),
    Wish(".png", {"placeholder": "thumbhash", "dominantColour": True}), Wish(".png", {"placeholder": "lqip"}),
    Wish(".png", {"width": 32}, {"ignoreIcc": True}),
    Wish(".avif", {"width": 16}),
)
# Of cut files: none that makes less of a JPEG, for then a few rows may be missing unseen.
CUT_WISHES = (PLAIN, Wish(".jpg"), Wish(".webp", {"width": 64}), Wish(".png", {"rotate": 90}))


@dataclass
class Corpus:
    """What was dropped."""

    spool: Spool
    jobs: list[Job] = field(default_factory=list)
    # The names of the jobs that must fail because their sources are cut.
    cut: set[str] = field(default_factory=set)
    # By the name of a job.
    sources: dict[str, str] = field(default_factory=dict)
    bombs: set[str] = field(default_factory=set)

    def add(self, name: str, source: str, wish: Wish) -> Job:
        wanted = wish.renditions or [(wish.suffix, wish.rendition)]
        paths = [f"{name}-{number}{suffix}" if len(wanted) > 1 else f"{name}{suffix}"
                 for number, (suffix, _) in enumerate(wanted)]
        renditions = [{"path": path, **options} for path, (_, options) in zip(paths, wanted, strict=True)]
        document = {
            "input": {"path": source, **wish.input}, "renditions": renditions, "metadata": {"torture": name}}
        ending = Ending.FAILED if wish.codes else Ending.EITHER
        job = Job(f"{name}.json", json.dumps(document).encode(), ending, wish.codes or CODES, tuple(paths), name)
        self.jobs.append(job)
        self.sources[job.name] = source
        return job


def torture(context: Context) -> None:
    worker = context.worker.with_settings(**{**SETTINGS, **context.settings})
    with context.folder("corpus") as folder:
        begin = time.monotonic()
        parts, moving = make_seeds(context, folder)
        corpus = Corpus(worker.spool(folder / "spool"))
        fill(corpus, context, parts, moving)
        took = time.monotonic() - begin
        context.report.say(f"corpus: {len(corpus.jobs)} jobs made in {took:.0f} s; {settings_of(worker)}")
        held = run(context, worker, corpus, folder)
        if not held:
            context.keep(folder)


def settings_of(worker: Worker) -> str:
    return " ".join(f"{name}={value}" for name, value in worker.settings.items())


# MARK: The files

def make_seeds(context: Context, folder: Path) -> tuple[dict[str, bytes], list[Seed]]:
    """Good files by name, those for bombs included; and those to be changed."""
    worker = context.worker.with_settings(durability="none", timeout="60s")
    spool = worker.spool(folder / "seeds")
    for kind in ("hues", "glass"):
        worker.sample(spool.path / "input" / f"{kind}.png", 64, 48, kind)
    made = make(worker, spool, {**SEEDS, **PARTS})
    frames = moving_gif(made["still.gif"])
    (spool.path / "input" / "moving.gif").write_bytes(frames)
    made |= {"moving.gif": frames, "exif.jpg": jpeg_with(made["baseline.jpg"], exif_segment(exif_like()))}
    made |= make(worker, spool, {name: ("moving.gif", {"animated": True}) for name in MOVING})
    missing = sorted({*SEEDS, *MOVING, *PARTS} - made.keys())
    if missing:
        context.report.say(f"corpus: this worker makes no {', '.join(missing)}")
    seeds = [Seed.of(name, content, name in HAVE_MANY) for name, content in sorted(made.items()) if name not in PARTS]
    return made, seeds


def make(worker: Worker, spool: Spool, wanted: dict[str, tuple[str, dict[str, Any]]]) -> dict[str, bytes]:
    for name, (source, options) in wanted.items():
        document = {"input": source, "renditions": [{"path": name, **options}]}
        spool.drop(Job(f"{name}.json", json.dumps(document).encode()))
    worker.drain(spool, spool.path.with_suffix(".log"))
    made = {name: spool.path / "output" / name for name in wanted}
    found = {name: path.read_bytes() for name, path in made.items() if path.exists()}
    needed = {"still.gif", "baseline.jpg", "still.avif", *PARTS} & wanted.keys()
    if needed - found.keys():
        raise TortureError(f"the worker made no {', '.join(sorted(needed - found.keys()))}")
    return found


def moving_gif(still: bytes) -> bytes:
    """The picture on its way, eight times."""
    parts = layout(still)
    start = next(cut for cut in parts.cuts if still[cut] == 0x2C)
    end = next(cut for cut in parts.cuts if cut > start)
    descriptor = still[start:start + 10]
    frames = b""
    for number in range(8):
        moved = gif_frame(64, 48, b"", left=number * 2, top=number)[:-1]
        frames += moved + descriptor[9:] + still[start + 10:end]
    head = bytearray(still[:parts.cuts[0]])
    head[6:10] = gif_start(64 + 16, 48 + 8)[6:10]
    return bytes(head) + frames + b";"


def fill(corpus: Corpus, context: Context, parts: dict[str, bytes], seeds: list[Seed]) -> None:
    """All sources. The same seed makes the same files, and a run with fewer of them has the first ones."""
    inputs = corpus.spool.path / "input"
    for bomb in bombs(parts):
        add_bomb(corpus, inputs, bomb)
    cuts = [(seed, percent) for seed in seeds for percent in range(1, 100)]
    context.random.shuffle(cuts)
    for number in range(context.files):
        chance = random.Random(f"{context.report.seed} {NAME} {number}")
        if number % 3 == 0 and number // 3 < len(cuts):
            seed, percent = cuts[number // 3]
            name, content, wish = f"cut-{percent}", cut(seed, percent), chance.choice(CUT_WISHES)
        else:
            seed = chance.choice(seeds)
            name, content = mutated(seed, seeds, chance)
            percent, wish = 100, chance.choice(WISHES)
        stem, _, suffix = seed.name.partition(".")
        job = f"{number:05}-{suffix}-{stem}-{name}"
        (inputs / f"{job}.{suffix}").write_bytes(content)
        dropped = corpus.add(job, f"{job}.{suffix}", wish)
        if percent <= MOST_PERCENT and len(content) < (seed.parts.end or len(seed.content)) and not seed.has_many:
            corpus.cut.add(dropped.name)


def add_bomb(corpus: Corpus, inputs: Path, bomb: Bomb) -> None:
    staged = inputs / f"bomb-{bomb.name}"
    staged.write_bytes(bomb.content)
    for number, wish in enumerate(bomb.jobs):
        name = f"bomb-{bomb.name}-{number}"
        # A name for each job, by which the renderer is told.
        (inputs / name).hardlink_to(staged)
        corpus.bombs.add(corpus.add(name, name, wish).name)
    staged.unlink()


# MARK: The run

def run(context: Context, worker: Worker, corpus: Corpus, folder: Path) -> bool:
    """Whether all held."""
    begin = time.monotonic()
    with serving(worker, corpus.spool) as service:
        with MemoryWatch(service.process.pid, corpus.spool.path / "input") as watch:
            # Bombs among the others, so that these wait for them.
            order = list(corpus.jobs)
            context.random.shuffle(order)
            for job in order:
                corpus.spool.drop(job)
            is_up = wait_for_end(service, corpus, seconds_of(worker))
        took = time.monotonic() - begin
        found = [] if is_up else [Violation("a worker goes on", f"it ended: {service.last_words()}")]
        found += stopped(service)
        (folder / "worker.log").write_text("\n".join(line.text for line in service.lines) + "\n")
    judge = Judge(context, corpus, worker, watch)
    for text in complaints(service)[:LISTED]:
        context.report.say(f"log: {text[:200]}")
    for text, count in last_words(service).most_common(LISTED):
        context.report.say(f"renderers say {count} times: {text}")
    judge.check("the worker goes on, and ends without leaving a process", found,
                f"{took:.0f} s, {len(complaints(service))} complaints of the worker")
    found = check_end(corpus.spool, corpus.jobs)
    judge.check(f"{len(corpus.jobs)} jobs, each ended once", found, judge.codes_in_words())
    judge.check("a failed job has no renditions", judge.renditions_of_failed())
    judge.check("renderers end as they should, or crash", judge.strange_ends(), judge.crashes_in_words())
    judge.check("what is cut fails", judge.cut_and_done(), f"{len(corpus.cut)} files")
    judge.check("no job takes longer than it may", judge.too_long(), judge.times_in_words())
    judge.check("no renderer has more memory than it may", judge.too_large(), judge.memory_in_words())
    return not judge.found


def wait_for_end(service: Service, corpus: Corpus, timeout: float) -> bool:
    """Until all jobs have ended, or none ends any more; whether the worker still lives."""
    patience = PATIENCE_TIMEOUTS * timeout + PATIENCE_SECONDS
    ended, last = 0, time.monotonic()
    while ended < len(corpus.jobs) and time.monotonic() < last + patience:
        if service.process.poll() is not None:
            return False
        now = corpus.spool.ended()
        if now > ended:
            ended, last = now, time.monotonic()
        time.sleep(0.5)
    return True


def stopped(service: Service) -> list[Violation]:
    """SIGTERM, and what it leads to."""
    service.process.send_signal(signal.SIGTERM)
    try:
        status = service.process.wait(ENDS_SECONDS)
    except subprocess.TimeoutExpired:
        return [Violation("an honest exit status", f"it has not ended {ENDS_SECONDS:.0f} s after SIGTERM")]
    found = []
    if status != 0:
        found.append(Violation("an honest exit status", f"SIGTERM gave {status}: {service.last_words()}"))
    return found + [Violation("renderers end with their worker", f"process {pid} outlived it by {ENDS_SECONDS:.0f} s")
                    for pid in outlived(service.process.pid, ENDS_SECONDS)]


def complaints(service: Service) -> list[str]:
    """The lines of the log that say that something is wrong with more than a job."""
    words = [match[1] for line in service.lines if (match := COMPLAINT.match(line.text))]
    return [text for text in words if not OF_A_JOB.match(text)]


def last_words(service: Service) -> Counter[str]:
    """What decoders print, mostly before they crash; numbers and the like left out."""
    said = (re.search(r" renderer \d+ says: (.*)", line.text) for line in service.lines)
    return Counter(re.sub(r"[0-9]+", "#", match[1])[:160] for match in said if match)


def seconds_of(worker: Worker) -> float:
    text = worker.settings["timeout"]
    return float(text.removesuffix("ms")) / 1000 if text.endswith("ms") else float(text.removesuffix("s"))


def bytes_of(worker: Worker) -> int:
    """The limit on memory; 0 if the worker has none."""
    match = re.fullmatch(r"(\d+)([KMG]i?B|)", worker.settings.get("limits.memory", "0"))
    if not match:
        raise TortureError("limits.memory must be a whole number with a unit, such as 256MiB")
    return int(match[1]) * UNITS[match[2]]


# MARK: What must hold

@dataclass(frozen=True)
class End:
    """How one job ended."""

    job: Job
    state: str
    code: str
    message: str
    # Of all attempts, with the waits for renderers that others had.
    seconds: float
    # As long as a renderer was seen with it.
    rendered: float


class Judge:
    """Looks at what is left."""

    def __init__(self, context: Context, corpus: Corpus, worker: Worker, watch: MemoryWatch) -> None:
        self.context, self.corpus, self.watch = context, corpus, watch
        self.timeout, self.memory = seconds_of(worker), bytes_of(worker)
        self.found: list[Violation] = []
        jobs = {job.name: job for job in corpus.jobs}
        self.ends = [self.end(jobs[path.name], state) for state in ("done", "failed")
                     for path in job_files(corpus.spool.path / state) if path.name in jobs]

    def end(self, job: Job, state: str) -> End:
        document = self.corpus.spool.result(state, job.name) or {}
        error = document.get("error") or {}
        milliseconds = sum(attempt.get("milliseconds", 0) for attempt in document.get("attempts", []))
        sight = self.watch.sights.get(self.corpus.sources[job.name])
        return End(job, state, error.get("code", ""), error.get("message", ""), milliseconds / 1000,
                   sight.seconds if sight else 0)

    def check(self, name: str, found: list[Violation], note: str = "") -> None:
        self.context.report.check(NAME, name, found, note)
        self.found += found
        if found and self.context.keep_in:
            self.keep_sources(self.context.keep_in / "corpus-files", found)

    def keep_sources(self, folder: Path, found: Iterable[Violation]) -> None:
        """The files that are named, with their jobs and results, where a person finds them at once."""
        folder.mkdir(exist_ok=True)
        for end in self.ends:
            if any(end.job.name in violation.seen for violation in found):
                state, stem = self.corpus.spool.path / end.state, end.job.name.removesuffix(".json")
                source = self.corpus.spool.path / "input" / self.corpus.sources[end.job.name]
                for path in (source, state / end.job.name, state / f"{stem}.result.json"):
                    shutil.copy(path, folder)

    def renditions_of_failed(self) -> list[Violation]:
        return [Violation("no rendition of a failed job", f"{end.job.name} {end.code}: {path}")
                for end in self.ends if end.state == "failed" for path in end.job.outputs
                if (self.corpus.spool.path / "output" / path).exists()]

    def strange_ends(self) -> list[Violation]:
        return [Violation("an end is explained", f"{end.job.name}: {end.message}") for end in self.ends
                if end.code == "renderer_died" and self.ending(end) not in CRASHES]

    def ending(self, end: End) -> str:
        match = ENDED.search(end.message)
        return match[1].rstrip(";") if match else ""

    def cut_and_done(self) -> list[Violation]:
        return [Violation("damage fails the job", f"{end.job.name} is done") for end in self.ends
                if end.state == "done" and end.job.name in self.corpus.cut]

    def too_long(self) -> list[Violation]:
        most = 2 * self.timeout + TIME_SLACK_SECONDS
        return [Violation("a deadline covers all attempts",
                          f"{end.job.name} {end.code} took {end.seconds:.1f} s of {most:.0f}")
                for end in self.ends if end.seconds > most]

    def too_large(self) -> list[Violation]:
        most = self.memory + MEMORY_SLACK
        return [Violation("limits.memory holds", f"the renderer of {sight.source or 'a job'} had "
                          f"{megabytes(sight.memory)} of {megabytes(most)}")
                for sight in self.watch.largest(LISTED) if self.memory and sight.memory > most]

    # MARK: In words

    def codes_in_words(self) -> str:
        return counted(end.code or "done" for end in self.ends)

    def crashes_in_words(self) -> str:
        crashes = [end for end in self.ends if end.code == "renderer_died"]
        for end in crashes[:MOST_CRASHES]:
            wanted = json.loads(end.job.content)["renditions"][0]
            self.context.report.say(f"crash: {end.job.name}: {self.ending(end) or end.message}, {json.dumps(wanted)}")
        return counted(self.ending(end) or "unexplained" for end in crashes) or "no crash"

    def times_in_words(self) -> str:
        for is_bomb, kind in ((False, "changed file"), (True, "bomb")):
            ends = [end for end in self.ends if (end.job.name in self.corpus.bombs) == is_bomb]
            for end in sorted(ends, key=lambda end: -end.rendered)[:LISTED]:
                self.context.report.say(f"slow {kind}: {end.rendered:.2f} s, {end.job.name}, {end.code or 'done'}")
        longest = max((end.seconds for end in self.ends), default=0)
        return f"at most {longest:.1f} s with the wait for a renderer"

    def memory_in_words(self) -> str:
        sights = self.watch.largest(LISTED)
        for sight in sights:
            self.context.report.say(f"large: {megabytes(sight.memory)}, {sight.source or 'unknown'}")
        return (f"at most {megabytes(sights[0].memory if sights else 0)} in {self.watch.looks} looks; the worker "
                f"{megabytes(self.watch.supervisor)}, the renderers' parents {megabytes(self.watch.parents)}")


def counted(words: Iterable[str]) -> str:
    return ", ".join(f"{count} {word}" for word, count in Counter(words).most_common())


def megabytes(count: int) -> str:
    return f"{count / 1e6:.0f} MB"
