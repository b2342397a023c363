"""Interleaved rounds, with a look at every picture that comes out."""

import os
import shutil
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

from . import jpeg
from .commands import BenchmarkError
from .peers import Contender
from .report import Row

WARM_UP_IMAGES = 4
# Mean difference in 0...255. Other filters and shrink factors stay far below; a wrong picture is far above.
TOLERANCE = 12.0


class Rounds:
    """Runs contenders in `scratch` and compares their pictures with the first picture of the first of them."""

    def __init__(self, scratch: Path, size: tuple[int, int]) -> None:
        self.scratch = scratch
        self.size = size
        self.reference = scratch / "reference.jpg"
        self.runs = 0

    def compare(self, contenders: Sequence[Contender], count: int, rounds: int) -> list[Row]:
        """Round after round, each with every contender once; round 0 warms up and is not counted."""
        rows = [Row(contender.name, contender.images(count)) for contender in contenders]
        for number in range(rounds + 1):
            progress(f"round {number} of {rounds}" if number else "warming up")
            for contender, row in zip(contenders, rows, strict=True):
                if row.failure:
                    continue
                try:
                    images = row.images if number else contender.images(WARM_UP_IMAGES)
                    rate, row.picture = self.rate(contender, images)
                except BenchmarkError as error:
                    row.failure = str(error)
                    progress(f"    {row.name}: {row.failure}")
                    continue
                if number:
                    row.rates.append(rate)
                    progress(f"    {row.name}: {rate:.1f}")
        return rows

    def rate(self, contender: Contender, images: int) -> tuple[float, bytes]:
        """Images per second, once, and the first picture."""
        folder = self.empty_folder()
        # What others left unwritten must not be flushed at this contender's expense.
        os.sync()
        seconds = contender.run(folder, images)
        outputs = contender.outputs(folder)
        self.check(outputs, images)
        return images / seconds, outputs[0].read_bytes()

    def check(self, outputs: list[Path], images: int) -> None:
        jpeg.check_outputs(outputs, images, self.size)
        if not self.reference.exists():
            shutil.copyfile(outputs[0], self.reference)
        difference = jpeg.difference(outputs[0], self.reference, self.scratch)
        if difference > TOLERANCE:
            raise BenchmarkError(f"wrong output: {outputs[0].name} differs from the reference by {difference:.1f}")

    def start_up_seconds(self, contender: Contender, rounds: int) -> float:
        """The median time of a run that finds nothing to do."""
        return statistics.median(contender.run(self.empty_folder(), 0) for _ in range(rounds))

    def empty_folder(self) -> Path:
        """A new one each time: file systems that look at what was deleted a minute ago before they make a file (ext4
        without journal) would charge the deletion of one contender's pictures to the next."""
        self.runs += 1
        folder = self.scratch / f"run-{self.runs}"
        folder.mkdir()
        return folder


def progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
