"""The programs to compare with: installed when missing, called by their real path, asked who they are."""

import functools
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from .commands import BenchmarkError, answer

CC = "/usr/bin/cc"
PKG_CONFIG = "/usr/bin/pkg-config"
PYTHON = "/usr/bin/python3"
VIPS = "/usr/bin/vips"
VIPSTHUMBNAIL = "/usr/bin/vipsthumbnail"
GRAPHICSMAGICK = "/usr/bin/gm"
# Version 7, then 6: the names behind the links of both.
IMAGEMAGICKS = ("/usr/bin/magick-im7.q16", "/usr/bin/convert-im6.q16")
XARGS = "/usr/bin/xargs"

PILLOW_QUESTION = "import PIL; print('Pillow', PIL.__version__, 'from', PIL.__file__)"
ELF_MAGIC = b"\x7fELF"
# What the loops in C are linked with: the names that pkg-config knows, and their packages.
LIBRARIES = {"vips": "libvips-dev", "libturbojpeg": "libturbojpeg0-dev", "zimg": "libzimg-dev"}


@dataclass(frozen=True)
class Tool:
    """A program by its real path, the package that has it, and what its version output must look like."""

    name: str
    package: str
    # The first that is there counts.
    paths: tuple[str, ...]
    question: tuple[str, ...]
    pattern: str
    # A peer that is missing is skipped; without the other tools there is nothing to measure.
    is_peer: bool = False

    @property
    def path(self) -> str:
        return next((path for path in self.paths if Path(path).exists()), self.paths[0])

    @property
    def is_missing(self) -> bool:
        return not Path(self.path).exists()

    def version(self) -> str:
        with open(self.path, "rb") as file:
            if file.read(len(ELF_MAGIC)) != ELF_MAGIC:
                raise BenchmarkError(f"{self.path} is a script, not {self.name} itself")
        found = re.search(self.pattern, answer([self.path, *self.question]))
        if not found:
            raise BenchmarkError(f"{self.path} does not answer like {self.name}")
        return found.group(0)


TOOLS = (
    Tool("cc", "gcc", (CC,), ("--version",), r"^\S*(gcc|cc)\b.*"),
    Tool("pkg-config", "pkg-config", (PKG_CONFIG,), ("--version",), r"^\d\S+"),
    Tool("vips", "libvips-tools", (VIPS,), ("--version",), r"^vips-\d\S+"),
    Tool("vipsthumbnail", "libvips-tools", (VIPSTHUMBNAIL,), ("--vips-version",), r"libvips \d\S+", is_peer=True),
    Tool("GraphicsMagick", "graphicsmagick", (GRAPHICSMAGICK,), ("version",), r"^GraphicsMagick \d\S+", is_peer=True),
    Tool("ImageMagick", "imagemagick", IMAGEMAGICKS, ("-version",), r"ImageMagick \d\S+ Q16", is_peer=True),
    Tool("Pillow", "python3-pil", (PYTHON,), ("-I", "-c", PILLOW_QUESTION), r"^Pillow \d\S+ from /usr/lib/python3/.*",
         is_peer=True),
)


def missing_packages() -> list[str]:
    missing = {tool.package for tool in TOOLS if tool.is_missing}
    if not list(Path("/usr/lib/python3/dist-packages").glob("PIL/__init__.py")):
        missing.add("python3-pil")
    missing.update(package for library, package in LIBRARIES.items() if not has_library(library))
    return sorted(missing)


def has_library(name: str) -> bool:
    if not Path(PKG_CONFIG).exists():
        return False
    return subprocess.run([PKG_CONFIG, "--exists", name], check=False).returncode == 0


def install_missing() -> None:
    """Install what is missing as root; say what to run for the rest. What then is missing shows in `versions`."""
    missing = missing_packages()
    if not missing:
        return
    update = ["apt-get", "update"]
    install = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print(f"missing packages; to install them: sudo {shlex.join(update)} && sudo {shlex.join(install)}",
              file=sys.stderr)
        return
    for command in (update, install):
        print("+", shlex.join(command), file=sys.stderr)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        if subprocess.run(command, env=environment, stdout=sys.stderr, check=False).returncode != 0:
            print(f"failed: {shlex.join(command)}", file=sys.stderr)
            return


@functools.cache
def versions() -> dict[str, str]:
    """Each tool's own answer. A peer that does not give it is left out, with the reason on standard error; any other
    tool is a BenchmarkError."""
    answers = {}
    for tool in TOOLS:
        try:
            answers[tool.name] = tool.version()
        except (BenchmarkError, OSError) as error:
            if not tool.is_peer:
                raise BenchmarkError(f"{tool.name} (package {tool.package}) is needed: {error}") from error
            print(f"{tool.name} is skipped (package {tool.package}): {error}", file=sys.stderr)
    return answers


def path(name: str) -> str:
    """Where a tool was found."""
    return next(tool.path for tool in TOOLS if tool.name == name)


def compile_loop(source: Path, program: Path, *packages: str) -> None:
    """Compile one file of C, with the libraries that pkg-config knows by these names."""
    flags = shlex.split(answer([PKG_CONFIG, "--cflags", "--libs", *packages])) if packages else []
    answer([CC, "-O2", "-Wall", "-Wextra", "-pthread", "-o", str(program), str(source), *flags])
