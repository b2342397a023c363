#!/usr/bin/python3 -B
"""Drops each file of STAGE into INCOMING by METHOD. With DONE, waits for each job's end. Status 1 if a call failed.

usage: python.py METHOD STAGE INCOMING [DONE]
"""

import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile

KEEP_SECONDS = 0.05


def write_and_chmod(source: Path, target: Path) -> None:
    target.write_text(source.read_text())
    target.chmod(0o640)


def write_and_utime(source: Path, target: Path) -> None:
    target.write_text(source.read_text())
    os.utime(target, (1_500_000_000, 1_500_000_000))


def write_in_pieces(source: Path, target: Path) -> None:
    """Unbuffered, then rights by name."""
    content = source.read_bytes()
    with target.open("wb", buffering=0) as file:
        for start in range(0, len(content), 4096):
            file.write(content[start:start + 4096])
    target.chmod(0o640)


def temporary_file(source: Path, target: Path) -> None:
    """The file is whole and stays open for a while, and its name is used at the end."""
    with NamedTemporaryFile(dir=target.parent, prefix=target.stem + "-", suffix=".json", delete=False) as file:
        file.write(source.read_bytes())
        file.flush()
        time.sleep(KEEP_SECONDS)
    os.chmod(file.name, 0o640)
    os.rename(file.name, target)


def write_and_replace(source: Path, target: Path) -> None:
    staged = target.with_name(f".{target.name}.tmp")
    staged.write_bytes(source.read_bytes())
    os.replace(staged, target)


def link_and_unlink(source: Path, target: Path) -> None:
    os.link(source, target)
    source.unlink()


METHODS: dict[str, Callable[[Path, Path], object]] = {
    "shutil.copy": shutil.copy,
    "shutil.copy2": shutil.copy2,
    "shutil.copyfile": shutil.copyfile,
    "shutil.move": shutil.move,
    "shutil.move from elsewhere": shutil.move,
    "write_text": lambda source, target: target.write_text(source.read_text()),
    "write_text and chmod": write_and_chmod,
    "write_text and utime": write_and_utime,
    "unbuffered and chmod": write_in_pieces,
    "NamedTemporaryFile": temporary_file,
    "os.replace": write_and_replace,
    "os.link and unlink": link_and_unlink,
}


def main() -> int:
    method = METHODS[sys.argv[1]]
    stage, incoming = Path(sys.argv[2]), Path(sys.argv[3])
    done = Path(sys.argv[4]) if len(sys.argv) > 4 else None
    failed = 0
    for source in sorted(stage.iterdir()):
        try:
            method(source, incoming / source.name)
        except OSError as error:
            failed = 1
            print(f"failed: {source.name}: {error}", file=sys.stderr)
        deadline = time.monotonic() + 10
        while done and not (done / source.name).exists() and time.monotonic() < deadline:
            time.sleep(0.001)
    return failed


if __name__ == "__main__":
    sys.exit(main())
