"""File systems in files, which can lose their power."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .commands import answer
from .tools import need, need_root

IMAGE_BYTES = 512 << 20
MAKE = {
    "ext4": ["mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0"],
    "xfs": ["mkfs.xfs", "-q", "-f"],
}


@dataclass
class Disk:
    """An image with a file system, mounted at `mount`."""

    kind: str
    image: Path
    mount: Path
    is_mounted: bool = field(default=False)

    def attach(self) -> None:
        answer(["mount", "-o", "loop", "-t", self.kind, str(self.image), str(self.mount)])
        self.is_mounted = True

    def detach(self) -> None:
        if not self.is_mounted:
            return
        # Who still holds a file of it open is about to end.
        for options in ([], ["-l"]):
            if subprocess.run(["umount", *options, str(self.mount)], capture_output=True, check=False).returncode == 0:
                break
        self.is_mounted = False

    def cut_power(self) -> None:
        """Nothing reaches the disk from now on, not even the journal's last entries."""
        answer(["xfs_io", "-x", "-c", "shutdown", str(self.mount)])


@contextlib.contextmanager
def disk(kind: str, folder: Path, size: int = IMAGE_BYTES, inodes: int = 0) -> Iterator[Disk]:
    """A fresh file system of `size` bytes, on ext4 with so many inodes if not 0; unmounted on the way out."""
    need_root("to mount file systems")
    need("xfs_io", "mount", f"mkfs.{kind}")
    image, mount = folder / f"{kind}.image", folder / kind
    mount.mkdir()
    with image.open("wb") as file:
        os.truncate(file.fileno(), size)
    answer([*MAKE[kind], *(["-m", "0", "-N", str(inodes)] if inodes else []), str(image)])
    result = Disk(kind, image, mount)
    try:
        result.attach()
        yield result
    finally:
        result.detach()
