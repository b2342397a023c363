"""Distributed file systems on one machine, in namespaces of their own: two mounts stand for two hosts.

Everything here runs as the first process of a PID namespace (see hosts.py), so nothing of it can outlive the torture.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .commands import TortureError, answer

UP_SECONDS = 60.0


@dataclass
class Network:
    """A distributed file system that is up."""

    mounts: tuple[Path, Path]
    # SIGKILL for one of its storage servers; what is left must carry on.
    lose_one: Callable[[], str]


def wait_for(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + UP_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TortureError(f"{what} did not happen in {UP_SECONDS:.0f} s")
        time.sleep(0.1)


def succeeds(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL).returncode == 0


def kill_matching(program: str, word: str) -> int:
    """SIGKILL for the processes of this namespace that run `program` with `word` in their arguments."""
    killed = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                arguments = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
                if Path(arguments[0]).name == program and any(word in argument for argument in arguments):
                    os.kill(int(entry.name), signal.SIGKILL)
                    killed += 1
    return killed


def both_see(first: Path, second: Path) -> bool:
    """Whether what is written through one mount is there through the other."""
    try:
        (first / ".up").write_text("up")
        return (second / ".up").read_text() == "up"
    except OSError:
        return False


@contextlib.contextmanager
def unmounted(*mounts: Path) -> Iterator[None]:
    try:
        yield
    finally:
        for mount in mounts:
            subprocess.run(["umount", "-l", str(mount)], capture_output=True, check=False)


# MARK: GlusterFS

BRICKS = (1, 2, 3)


@contextlib.contextmanager
def glusterfs(folder: Path) -> Iterator[Network]:
    """Three servers with a brick each, three copies of everything."""
    answer(["ip", "link", "set", "lo", "up"])
    mounts = (folder / "a", folder / "b")
    for path in (*mounts, folder / "log", folder / "words", folder / "run"):
        path.mkdir()
    # The client insists on these two.
    for ours, theirs in ((folder / "words", Path("/var/log/glusterfs")), (folder / "run", Path("/run/gluster"))):
        theirs.mkdir(parents=True, exist_ok=True)
        answer(["mount", "--bind", str(ours), str(theirs)])
    for number in BRICKS:
        start_server(folder, number)
    wait_for(lambda: succeeds(*gluster(folder, "peer", "status")), "the start of GlusterFS")
    for number in BRICKS[1:]:
        answer(gluster(folder, "peer", "probe", f"127.1.1.{number}"))
    wait_for(lambda: answer(gluster(folder, "peer", "status")).count("Peer in Cluster (Connected)") == 2,
             "the meeting of the servers")
    bricks = [f"127.1.1.{number}:{folder}/server{number}/brick" for number in BRICKS]
    answer(gluster(folder, "volume", "create", "torture", "replica", "3", *bricks, "force"))
    answer(gluster(folder, "volume", "start", "torture"))
    with unmounted(*mounts):
        for number, mount in enumerate(mounts, 1):
            answer(["glusterfs", f"--volfile-server=127.1.1.{number}", "--volfile-id=torture",
                    "-l", str(folder / "log" / f"mount{number}.log"), str(mount)])
        wait_for(lambda: both_see(*mounts) and both_see(*reversed(mounts)), "the mounting of GlusterFS")
        yield Network(mounts, lambda: f"{kill_matching('glusterfsd', 'server3')} brick killed")


def gluster(folder: Path, *words: str) -> list[str]:
    return ["gluster", "--mode=script", f"--glusterd-sock={folder}/server1/socket", *words]


def start_server(folder: Path, number: int) -> None:
    home = folder / f"server{number}"
    for name in ("state", "run/gluster", "brick"):
        (home / name).mkdir(parents=True)
    (folder / "log" / str(number)).mkdir()
    groups = Path("/var/lib/glusterd/groups")
    if groups.is_dir():
        shutil.copytree(groups, home / "state" / "groups")
    options = {
        "transport.socket.bind-address": f"127.1.1.{number}", "working-directory": home / "state",
        "run-directory": home / "run/gluster", "glusterd-sockfile": home / "socket",
        "cluster-test-mode": folder / "log" / str(number),
    }
    answer(["glusterd", *(word for key, value in options.items() for word in
                          ("--xlator-option", f"management.{key}={value}")),
            "-l", str(folder / "log" / f"server{number}.log"), "--pid-file", str(home / "pid")])


# MARK: MooseFS

MASTER = "10.77.0.1"
CHUNK_SERVERS = (2, 3, 4)


@contextlib.contextmanager
def moosefs(folder: Path) -> Iterator[Network]:
    """A master and three chunk servers, two copies of everything."""
    answer(["ip", "link", "set", "lo", "up"])
    for number in (1, *CHUNK_SERVERS):
        answer(["ip", "addr", "add", f"10.77.0.{number}/24", "dev", "lo"])
    mounts = (folder / "a", folder / "b")
    for path in (*mounts, folder / "master"):
        path.mkdir()
    start_master(folder)
    for number in CHUNK_SERVERS:
        start_chunk_server(folder, number)
    with unmounted(*mounts):
        for mount in mounts:
            answer(["mfsmount", str(mount), "-H", MASTER, "-o", f"mfsbind={MASTER}"])
        wait_for(lambda: both_see(*mounts) and both_see(*reversed(mounts)), "the mounting of MooseFS")
        answer(["mfssetgoal", "-r", "2", str(mounts[0])])
        yield Network(mounts, lambda: f"{kill_matching('mfschunkserver', 'chunks4')} chunk server killed")


def start_master(folder: Path) -> None:
    shutil.copyfile("/var/lib/mfs/metadata.mfs.empty", folder / "master" / "metadata.mfs")
    (folder / "exports").write_text("10.77.0.0/24 / rw,alldirs,admin,maproot=0:0\n10.77.0.0/24 . rw\n")
    (folder / "topology").write_text("")
    start_moose("mfsmaster", folder / "master.cfg", {
        "DATA_PATH": folder / "master", "EXPORTS_FILENAME": folder / "exports",
        "TOPOLOGY_FILENAME": folder / "topology", "MATOML_LISTEN_HOST": MASTER, "MATOCS_LISTEN_HOST": MASTER,
        "MATOCL_LISTEN_HOST": MASTER, "LOCK_MEMORY": 0})


def start_chunk_server(folder: Path, number: int) -> None:
    home = folder / f"chunks{number}"
    for name in ("data", "disk"):
        (home / name).mkdir(parents=True)
    (home / "disks.cfg").write_text(f"{home / 'disk'}\n")
    start_moose("mfschunkserver", folder / f"chunks{number}.cfg", {
        "DATA_PATH": home / "data", "HDD_CONF_FILENAME": home / "disks.cfg", "HDD_LEAVE_SPACE_DEFAULT": "64MiB",
        "MASTER_HOST": MASTER, "BIND_HOST": f"10.77.0.{number}", "CSSERV_LISTEN_HOST": f"10.77.0.{number}",
        "HDD_FSYNC_BEFORE_CLOSE": 1})


def start_moose(program: str, configuration: Path, settings: dict[str, object]) -> None:
    lines = {"WORKING_USER": "root", "WORKING_GROUP": "root", **settings}
    configuration.write_text("".join(f"{key} = {value}\n" for key, value in lines.items()))
    # Its daemons keep the pipes of whoever starts them, so nobody may wait for their end.
    with configuration.with_suffix(".out").open("wb") as words:
        status = subprocess.run([program, "-c", str(configuration), "start"], stdin=subprocess.DEVNULL, stdout=words,
                                stderr=words, check=False).returncode
    if status != 0:
        raise TortureError(f"{program}: {configuration.with_suffix('.out').read_text(errors='replace').strip()}")
