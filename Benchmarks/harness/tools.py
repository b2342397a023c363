"""The programs to compare with: installed when missing, called by their real path, asked who they are."""

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
IMAGEMAGICK = "/usr/bin/convert-im6.q16"
XARGS = "/usr/bin/xargs"

PILLOW_QUESTION = "import PIL; print('Pillow', PIL.__version__, 'from', PIL.__file__)"
ELF_MAGIC = b"\x7fELF"


@dataclass(frozen=True)
class Tool:
    """A program by its real path, the package that has it, and what its version output must look like."""

    name: str
    package: str
    path: str
    question: tuple[str, ...]
    pattern: str

    def version(self) -> str:
        with open(self.path, "rb") as file:
            if file.read(len(ELF_MAGIC)) != ELF_MAGIC:
                raise BenchmarkError(f"{self.path} is a script, not {self.name} itself")
        found = re.search(self.pattern, answer([self.path, *self.question]))
        if not found:
            raise BenchmarkError(f"{self.path} does not answer like {self.name}")
        return found.group(0)


TOOLS = (
    Tool("vips", "libvips-tools", VIPS, ("--version",), r"^vips-\d\S+"),
    Tool("vipsthumbnail", "libvips-tools", VIPSTHUMBNAIL, ("--vips-version",), r"libvips \d\S+"),
    Tool("GraphicsMagick", "graphicsmagick", GRAPHICSMAGICK, ("version",), r"^GraphicsMagick \d\S+"),
    Tool("ImageMagick", "imagemagick", IMAGEMAGICK, ("-version",), r"ImageMagick \d\S+ Q16"),
    Tool("Pillow", "python3-pil", PYTHON, ("-I", "-c", PILLOW_QUESTION), r"^Pillow \d\S+ from /usr/lib/python3/.*"),
    Tool("cc", "gcc", CC, ("--version",), r"^\S*(gcc|cc)\b.*"),
    Tool("pkg-config", "pkg-config", PKG_CONFIG, ("--version",), r"^\d\S+"),
)


def missing_packages() -> list[str]:
    missing = {tool.package for tool in TOOLS if not Path(tool.path).exists()}
    if not list(Path("/usr/lib/python3/dist-packages").glob("PIL/__init__.py")):
        missing.add("python3-pil")
    has_pkg_config = Path(PKG_CONFIG).exists()
    if not has_pkg_config or subprocess.run([PKG_CONFIG, "--exists", "vips"], check=False).returncode != 0:
        missing.add("libvips-dev")
    return sorted(missing)


def install_missing() -> None:
    """Install what is missing as root; otherwise name the command to run."""
    missing = missing_packages()
    if not missing:
        return
    update = ["apt-get", "update"]
    install = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise BenchmarkError(f"missing packages; run: sudo {shlex.join(update)} && sudo {shlex.join(install)}")
    for command in (update, install):
        print("+", shlex.join(command), file=sys.stderr)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        if subprocess.run(command, env=environment, stdout=sys.stderr, check=False).returncode != 0:
            raise BenchmarkError(f"failed: {shlex.join(command)}")
    if missing_packages():
        raise BenchmarkError(f"still missing after apt-get: {' '.join(missing_packages())}")


def versions() -> dict[str, str]:
    """Each tool's own answer; a tool that is not what its path says is a BenchmarkError."""
    return {tool.name: tool.version() for tool in TOOLS}


def compile_loop(source: Path, program: Path, *packages: str) -> None:
    """Compile one file of C, with the libraries that pkg-config knows by these names."""
    flags = shlex.split(answer([PKG_CONFIG, "--cflags", "--libs", *packages])) if packages else []
    answer([CC, "-O2", "-Wall", "-Wextra", "-pthread", "-o", str(program), str(source), *flags])
