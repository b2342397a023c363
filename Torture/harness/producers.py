"""Programs that put jobs into `incoming/` in every usual way, one after another into an idle worker: none of their calls
may fail because the worker was faster."""

import json
import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from .commands import TortureError
from .context import Context
from .invariants import check_end
from .report import Violation
from .service import serving
from .spool import Ending, Job, Spool, Worker
from .tools import need

NAME = "producers"
SCRIPTS = Path(__file__).resolve().parent.parent / "producers"
LARGE_BYTES = 200_000
END_SECONDS = 60.0
PRODUCER_SECONDS = 600.0
# Sources that a producer must copy, because a rename cannot bring them.
ELSEWHERE = " from elsewhere"


@dataclass(frozen=True)
class Language:
    name: str
    command: tuple[str, ...]
    methods: tuple[str, ...]
    # The other programs that it needs; without them it is left out, unless a package has them.
    programs: tuple[str, ...] = ()
    is_optional: bool = False


LANGUAGES = (
    Language("shell", ("sh", str(SCRIPTS / "shell.sh")), (
        "cp", "cp -p", "cp -a", "mv", f"mv{ELSEWHERE}", "ln", "ln and rm", "cp and mv", "install", "install -p", "dd", "tee",
        "tar", "rsync -a", "rsync --inplace", ">", ">>", "> and chmod", "> and touch", "> and touch -c -d",
        "truncate and cat"), ("rsync",)),
    Language("python", ("/usr/bin/python3", "-B", str(SCRIPTS / "python.py")), (
        "shutil.copy", "shutil.copy2", "shutil.copyfile", "shutil.move", f"shutil.move{ELSEWHERE}", "write_text",
        "write_text and chmod", "write_text and utime", "unbuffered and chmod", "NamedTemporaryFile", "os.replace",
        "os.link and unlink")),
    Language("perl", ("perl", str(SCRIPTS / "perl.pl")), (
        "File::Copy::copy", "File::Copy::cp", "File::Copy::move", f"File::Copy::move{ELSEWHERE}", "open and chmod",
        "rename"), ("perl",)),
    Language("node", ("node", str(SCRIPTS / "node.js")), (
        "cpSync", "copyFileSync", "writeFileSync", "writeFileSync and chmodSync", "renameSync"), ("node",), True),
    Language("java", ("java", str(SCRIPTS / "Producer.java")), (
        "Files.copy", "Files.copy with attributes", "Files.move", f"Files.move{ELSEWHERE}",
        "writeString and setPosixFilePermissions"), ("java", "javac"), True),
)


def torture(context: Context) -> None:
    for language in LANGUAGES:
        if context.languages and language.name not in context.languages:
            continue
        if language.is_optional and not all(map(shutil.which, language.programs)):
            context.report.say(f"producers: {language.name} is not installed")
            continue
        need(*language.programs)
        with context.folder(language.name) as folder:
            spool = context.worker.spool(folder / "spool")
            context.worker.sample(spool.path / "input" / "picture.png", 8, 8)
            worker = context.worker.with_settings(**context.settings)
            jobs: list[Job] = []
            with serving(worker, spool) as service:
                for method in language.methods:
                    jobs += run_method(context, folder, spool, language, method)
                service.stop()
            violations = check_end(spool, jobs)
            context.report.check(NAME, f"{language.name}: all of them", violations, f"{len(jobs)} jobs", spool=spool.path)
            if violations:
                context.keep(folder)


def run_method(context: Context, folder: Path, spool: Spool, language: Language, method: str) -> list[Job]:
    """Drop jobs by one method, half of them large; the jobs."""
    stage = stage_folder(folder, method)
    number = LANGUAGES.index(language) * 100 + language.methods.index(method)
    jobs = [job(f"{number}-{index}", LARGE_BYTES if index % 2 else 0) for index in range(context.drops)]
    for each in jobs:
        (stage / each.name).write_bytes(each.content)
    command = [*language.command, method, str(stage), str(spool.path / "incoming")]
    if context.is_awaited:
        command.append(str(spool.path / "done"))
    result = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
                            timeout=PRODUCER_SECONDS)
    if result.returncode not in (0, 1):
        raise TortureError(f"{language.name}, {method}: {result.stderr[-300:]}")
    failed = result.stderr.count("failed: ")
    violations = [Violation("no call fails", result.stderr.strip()[:300])] if failed or result.returncode else []
    wait_for_end(spool)
    violations += judge(spool, jobs)
    context.report.check(NAME, f"{language.name}: {method}", violations, f"{failed} of {len(jobs)} calls failed")
    shutil.rmtree(stage)
    return jobs


def stage_folder(folder: Path, method: str) -> Path:
    """Where the jobs are before the drop: beside the spool, or on another file system."""
    if not method.endswith(ELSEWHERE):
        return Path(tempfile.mkdtemp(dir=folder))
    shared = Path("/dev/shm")
    is_other = shared.is_dir() and shared.stat().st_dev != folder.stat().st_dev
    return Path(tempfile.mkdtemp(prefix="spool-worker-torture-", dir=shared if is_other else folder))


def job(name: str, padding: int) -> Job:
    document = {
        "input": "picture.png", "renditions": [{"path": f"{name}.png", "width": 4}],
        "metadata": {"torture": name, "padding": "x" * padding},
    }
    return Job(f"{name}.json", json.dumps(document).encode(), Ending.DONE, (), (f"{name}.png",), name)


def wait_for_end(spool: Spool) -> None:
    """Until nothing waits, and nothing comes after that."""
    deadline = time.monotonic() + END_SECONDS
    while (spool.waiting() or os.listdir(spool.path / "incoming")) and time.monotonic() < deadline:
        time.sleep(0.05)


def judge(spool: Spool, jobs: list[Job]) -> list[Violation]:
    lost = [each.name for each in jobs if not (spool.path / "done" / each.name).exists()]
    failed = [name for name in os.listdir(spool.path / "failed") if not name.endswith(".result.json")]
    waiting = os.listdir(spool.path / "incoming")
    return [Violation(promise, f"{len(names)}: {', '.join(sorted(names)[:3])}") for promise, names in (
        ("all are done", lost), ("no job fails", failed), ("nothing is left in incoming", waiting)) if names]
