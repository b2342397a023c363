"""The programs that a torture needs: installed when missing."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from .commands import TortureError, answer

# Programs by the Debian package that has them; the folders of root's programs are not on everybody's path.
PACKAGES = {
    "cc": "gcc",
    "xfs_io": "xfsprogs",
    "mkfs.xfs": "xfsprogs",
    "mkfs.ext4": "e2fsprogs",
    "mount": "mount",
    "unshare": "util-linux",
    "ip": "iproute2",
    "perl": "perl",
    "rsync": "rsync",
    "glusterd": "glusterfs-server",
    "gluster": "glusterfs-cli",
    "glusterfs": "glusterfs-client",
    "mfsmaster": "moosefs-master",
    "mfschunkserver": "moosefs-chunkserver",
    "mfsmount": "moosefs-client",
}
FOLDERS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
SOURCE = Path(__file__).resolve().parent.parent / "faults.c"


def need(*programs: str) -> None:
    """Install what is missing as root; otherwise name the command to run."""
    os.environ["PATH"] = f"{os.environ.get('PATH', '')}:{FOLDERS}"
    missing = sorted({PACKAGES[program] for program in programs if not shutil.which(program)})
    if not missing:
        return
    update = ["apt-get", "update"]
    install = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise TortureError(f"missing packages; run: sudo {shlex.join(update)} && sudo {shlex.join(install)}")
    # Packages of servers must not start them on this machine.
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for command in (update, install):
        print("+", shlex.join(command), file=sys.stderr, flush=True)
        if subprocess.run(command, env=environment, stdout=sys.stderr, check=False).returncode != 0:
            raise TortureError(f"failed: {shlex.join(command)}")
    left = [program for program in programs if not shutil.which(program)]
    if left:
        raise TortureError(f"still missing after apt-get: {' '.join(left)}")


def need_root(why: str) -> None:
    if os.geteuid() != 0:
        raise TortureError(f"needs root: {why}")


def compile_faults(folder: Path) -> Path:
    """The program that does harm at one chosen system call; see faults.c."""
    need("cc")
    program = folder / "faults"
    answer(["cc", "-O2", "-Wall", "-Wextra", "-o", str(program), str(SOURCE)])
    return program
