"""Several hosts on one spool: two mounts of a distributed file system, while one of its servers is lost."""

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from .commands import GONE, TortureError, environment_with, kill_session, outlived
from .context import Context
from .identity import Identity
from .invariants import check_end
from .networks import Network, glusterfs, moosefs
from .report import Report, Violation
from .service import Service
from .spool import Job, Spool, Worker, image_job
from .tools import need, need_root

NAME = "hosts"
NETWORKS: dict[str, Callable[[Path], AbstractContextManager[Network]]] = {"glusterfs": glusterfs, "moosefs": moosefs}
PROGRAMS = {
    "glusterfs": ("unshare", "ip", "glusterd", "gluster", "glusterfs"),
    "moosefs": ("unshare", "ip", "mfsmaster", "mfschunkserver", "mfsmount"),
}
JOBS = 400
# Large enough that kills hit jobs that are under way.
PICTURE = (1600, 1200)
HARM_CHANCE = 0.04
LEASE_SECONDS = 5.0
# More than the time for which a client waits for a server that does not answer.
SETUP_AND_END_SECONDS = 420.0
DRAIN_SECONDS = 180.0
INSIDE = Path(__file__).resolve().parent.parent / "run"


# MARK: Outside

def torture(context: Context) -> None:
    need_root("for namespaces and mounts")
    if not context.worker.knows("lease-timeout", "5s"):
        context.report.say("this worker takes over no jobs of other hosts (no lease-timeout); jobs of killed ones wait "
                           "for the clean runs, one as each host")
    for name in NETWORKS:
        need(*PROGRAMS[name])
        with context.folder(name) as folder:
            outside(context, name, folder)


def outside(context: Context, name: str, folder: Path) -> None:
    """Run the torture in namespaces of its own; whatever becomes of it, the daemons end with its first process."""
    answers = folder / "checks.json"
    command = [
        "unshare", "--net", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child", sys.executable, "-B",
        str(INSIDE), "--worker", str(context.worker.program), "--seed", str(context.random.randrange(1 << 32)),
        "--minutes", str(context.minutes), "--scratch", str(folder), "--json", str(answers), "--inside", name]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True, env=environment_with(None))
    try:
        status = process.wait(context.minutes * 60 + SETUP_AND_END_SECONDS)
    except subprocess.TimeoutExpired:
        context.report.check(NAME, name, [Violation("comes to an end", "the torture hangs")])
        return
    finally:
        kill_session(process)
        outlived(process.pid, 5)
    if not answers.exists():
        raise TortureError(f"{name}: the torture ended with {status}")
    context.report.adopt(json.loads(answers.read_text())["checks"])


# MARK: Inside

@dataclass
class Host:
    """A host: its own mount, its own name, its own boot."""

    worker: Worker
    spool: Spool

    def start(self) -> Service:
        service = Service.start(self.worker, self.spool)
        service.wait_until_ready()
        return service


def inside(name: str, worker: Worker, report: Report, folder: Path, minutes: float) -> None:
    """What runs in the namespaces, as their first process."""
    chance = random.Random(report.seed)
    worker = worker.with_settings(
        renderers="1", max_attempts="1000", lease_timeout=f"{LEASE_SECONDS:.0f}s", scan_interval="1s",
        retry_delay="100ms", retry_max_delay="200ms")
    with NETWORKS[name](folder) as network:
        report.say(f"{name} is up")
        spools = [Spool(mount / "spool") for mount in network.mounts]
        worker.spool(spools[0].path)
        picture = worker.sample(folder / "picture.png", *PICTURE)
        shutil.copyfile(picture, spools[0].path / "input" / "picture.png")
        time.sleep(2)
        hosts = [Host(worker.on(Identity.booted(folder, f"host-{letter}")), spool)
                 for letter, spool in zip("ab", spools, strict=True)]
        jobs = [image_job(f"job-{number}.json", "picture.png", {f"{number % 10}/{number}.webp": 400})
                for number in range(JOBS)]
        found, note = serve(hosts, network, jobs, chance, minutes * 60)
        report.check(NAME, f"{name}: two workers, one killed, one server lost", found, note)
        finish(name, report, hosts, jobs, folder)


@dataclass
class Hosts:
    """The hosts with a worker on each, which come and go."""

    hosts: list[Host]
    chance: random.Random
    services: list[Service] = field(default_factory=list)
    ended: list[Service] = field(default_factory=list)
    asleep: dict[int, float] = field(default_factory=dict)
    kills: int = 0
    sleeps: int = 0

    def kill(self, index: int) -> None:
        self.services[index].kill()
        self.services[index].finish()
        self.ended.append(self.services[index])
        self.services[index] = self.hosts[index].start()
        self.kills += 1

    def put_to_sleep(self, index: int, seconds: float) -> None:
        self.signal(index, signal.SIGSTOP)
        self.asleep[index] = time.monotonic() + seconds
        self.sleeps += 1

    def wake(self, now: float) -> None:
        for index in [index for index, until in self.asleep.items() if until <= now]:
            del self.asleep[index]
            self.signal(index, signal.SIGCONT)

    def signal(self, index: int, number: int) -> None:
        with contextlib.suppress(*GONE):
            os.kill(self.services[index].process.pid, number)

    def harm(self) -> None:
        """Kill one, or put it to sleep for longer than its lease lasts; the other one goes on."""
        index = self.chance.randrange(len(self.hosts))
        if index in self.asleep:
            return
        if self.chance.random() < 0.5:
            self.kill(index)
        elif not self.asleep and self.hosts[index].worker.settings.get("lease-timeout"):
            self.put_to_sleep(index, LEASE_SECONDS * 2)

    def stop(self) -> list[Violation]:
        found = [Violation("a worker goes on", f"status {service.process.returncode}: {service.last_words()}")
                 for service in self.services if service.process.poll() is not None]
        for service in self.services:
            service.stop()
        return found

    def said(self, words: str) -> int:
        return sum(service.said(words) for service in [*self.services, *self.ended])


def serve(
    hosts: list[Host], network: Network, jobs: list[Job], chance: random.Random, seconds: float
) -> tuple[list[Violation], str]:
    """Drop the jobs through both mounts; lose a server, and now and then harm a worker."""
    herd = Hosts(hosts, chance)
    lost, dropped = "", 0
    try:
        herd.services += [host.start() for host in hosts]
        begin = time.monotonic()
        while dropped < len(jobs) or time.monotonic() - begin < seconds:
            elapsed = time.monotonic() - begin
            # Spread over the whole time, through both mounts.
            due = min(len(jobs), int(len(jobs) * elapsed / seconds) + 1)
            for job in jobs[dropped:due]:
                hosts[dropped % 2].spool.drop(job)
                dropped += 1
            if not lost and elapsed > seconds / 2:
                lost = network.lose_one()
            if chance.random() < HARM_CHANCE:
                herd.harm()
            herd.wake(time.monotonic())
            time.sleep(0.1)
        herd.wake(float("inf"))
        deadline = time.monotonic() + DRAIN_SECONDS
        while hosts[0].spool.ended() < len(jobs) and time.monotonic() < deadline:
            time.sleep(1)
        at_end = hosts[0].spool.ended()
        found = herd.stop()
        return found, (f"{herd.kills} kills, {herd.sleeps} sleeps, {lost}, {herd.said('took over')} taken over, "
                       f"{at_end} of {len(jobs)} ended in peace")
    finally:
        for service in herd.services:
            service.finish()


def finish(name: str, report: Report, hosts: list[Host], jobs: list[Job], folder: Path) -> None:
    """A clean run as each host, and a look through each mount."""
    for host in (*hosts, hosts[0]):
        # What another host has left is judged by its silence.
        clean = host.worker.drain(host.spool, folder / "clean.log", DRAIN_SECONDS)
        if clean.status not in (0, 1):
            report.check(NAME, f"{name}: a clean run", [Violation(
                "the next start goes on", f"exit status {clean.status}: {clean.words[-300:]}")])
        time.sleep(LEASE_SECONDS / 2)
    for host, letter in zip(hosts, "ab", strict=True):
        report.check(NAME, f"{name}: {JOBS} jobs, each ended once, as host {letter} sees it",
                     check_end(host.spool, jobs), spool=host.spool.path)
