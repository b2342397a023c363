"""The programs that are compared with the worker, each used the way its users would when they care about speed."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from . import tools
from .commands import timed

QUALITY = 80
NAMES = "names"
TIME_LIMIT = 60.0
TIME_LIMIT_PER_IMAGE = 3.0
# One process for each image costs the same for any number of images: fewer of them say as much in less time.
SHARE_OF_SLOW_PEERS = 4
PLANES_LOOP = "C loop of planes"
PLANES_LOOP_DURABLE = "C loop of planes durable"
PLANES_ALONE = "planes alone, durable"
# The memory of a picture is used again for the next one. glibc 2.41 would give it back to the kernel, a page at a time.
KEPT_MEMORY = "glibc.malloc.mmap_threshold=33554432:glibc.malloc.trim_threshold=1073741824"


@dataclass(frozen=True)
class Task:
    """What every contender does: this photo to that size, with that many processes."""

    photo: Path
    photo_size: tuple[int, int]
    size: tuple[int, int]
    shrink: int
    processes: int

    @property
    def width(self) -> str:
        return str(self.size[0])

    @property
    def height(self) -> str:
        return str(self.size[1])


class Contender(Protocol):
    """One row of the table."""

    @property
    def name(self) -> str: ...

    def images(self, count: int) -> int:
        """How many images this contender makes in a round of `count`."""
        ...

    def run(self, folder: Path, images: int) -> float:
        """Make `images` pictures below the empty `folder`; the seconds that it took."""
        ...

    def outputs(self, folder: Path) -> list[Path]:
        """The pictures that `run` made."""
        ...


@dataclass(frozen=True)
class Peer:
    """A contender that is one command; it finds its input files in its folder, their names in the file `names`."""

    name: str
    task: Task
    command: Callable[[int], Sequence[str]]
    share: int = 1

    def images(self, count: int) -> int:
        return max(math.ceil(count / self.share), self.task.processes)

    def run(self, folder: Path, images: int) -> float:
        names = [f"{number}.jpg" for number in range(images)]
        for name in names:
            (folder / name).symlink_to(self.task.photo)
        (folder / NAMES).write_text("".join(f"{name}\n" for name in names))
        limit = TIME_LIMIT + TIME_LIMIT_PER_IMAGE * images
        return timed(self.command(images), folder, limit)

    def outputs(self, folder: Path) -> list[Path]:
        return sorted(folder.glob("out-*.jpg"))


def peers(task: Task, loop: Path, planes_loop: Path | None, exercise: Path) -> list[Peer]:
    """All rows but the worker's, without the tools that are missing.

    `loop` is the compiled loop.c and comes first, as the bound. `planes_loop`, the compiled planes_loop.c, and the program
    `exercise` come last, right before the worker that is compared with them: a machine is more alike from one turn to the
    next.
    """
    processes = str(task.processes)
    box = f"{task.width}x{task.height}"
    # The size that makes both Magicks decode at 1/SHRINK like the others. At a ratio of 3.8 the target itself would let
    # them decode at 3/8, with a blurrier result, and twice the target, as is often advised, not shrink on load at all.
    hint = "x".join(str(side // task.shrink) for side in task.photo_size)
    each_name = [tools.XARGS, "-a", NAMES, "-P", processes, "-I", "{}"]

    def c_loop(name: str, *options: str) -> Peer:
        def command(images: int) -> list[str]:
            return [str(loop), *options, str(task.photo), ".", str(images), processes, task.width, task.height,
                    str(task.shrink)]
        return Peer(name, task, command)

    def planes(name: str, *options: str) -> Peer:
        # By the worker's own rule it finds out itself at which size to decode.
        def command(images: int) -> list[str]:
            return [str(planes_loop), *options, str(task.photo), ".", str(images), processes, task.width, task.height]
        return Peer(name, task, command)

    def batches(images: int) -> list[str]:
        return [tools.XARGS, "-a", NAMES, "-P", processes, "-n", str(math.ceil(images / task.processes))]

    def vipsthumbnail(images: int) -> list[str]:
        return [*batches(images), tools.VIPSTHUMBNAIL, "--size", f"{box}!",
                "-o", f"out-%s.jpg[Q={QUALITY},strip,optimize_coding]"]

    def planes_alone(images: int) -> list[str]:
        return [*batches(images), "env", f"GLIBC_TUNABLES={KEPT_MEMORY}", str(exercise), "planes", "--width", task.width,
                "--height", task.height, "--quality", str(QUALITY), "--durable"]

    def pillow(images: int) -> list[str]:
        script = Path(__file__).parents[1] / "pillow_loop.py"
        return [tools.PYTHON, "-I", str(script), str(task.photo), ".", str(images), processes, task.width, task.height]

    def graphicsmagick(_: int) -> list[str]:
        return [*each_name, tools.GRAPHICSMAGICK, "convert", "-size", hint, "{}", "-resize", f"{box}!",
                "-strip", "-quality", str(QUALITY), "out-{}"]

    def imagemagick(_: int) -> list[str]:
        return [*each_name, tools.path("ImageMagick"), "-define", f"jpeg:size={hint}", "{}", "-resize", f"{box}!",
                "-strip", "-quality", str(QUALITY), "out-{}"]

    rows = [
        c_loop("C loop"),
        c_loop("C loop durable", "--durable"),
        c_loop("C loop vips_thumbnail", "--thumbnail"),
        Peer("vipsthumbnail", task, vipsthumbnail),
        Peer("Pillow", task, pillow),
        Peer("GraphicsMagick", task, graphicsmagick, SHARE_OF_SLOW_PEERS),
        Peer("ImageMagick", task, imagemagick, SHARE_OF_SLOW_PEERS),
    ]
    if planes_loop:
        rows += [planes(PLANES_LOOP), planes(PLANES_LOOP_DURABLE, "--durable")]
    if exercise.is_file():
        rows.append(Peer(PLANES_ALONE, task, planes_alone))
    missing = {tool.name for tool in tools.TOOLS} - tools.versions().keys()
    return [row for row in rows if row.name not in missing]
