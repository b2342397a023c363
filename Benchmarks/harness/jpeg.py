"""Draw the benchmark photo, and judge the pictures that come out."""

from pathlib import Path

from .commands import BenchmarkError, answer
from .tools import VIPS

PHOTO_SIZE = (2725, 2225)
PERLIN_CELLS = (1024, 256, 64, 16, 6)
WORLEY_CELLS = (180, 24)
# One row for red, green and blue; one column for each noise above, coarse to fine.
MIX = """7 3
1.4 0.9 -0.6 -0.5 -0.2 0.5 1.5
0.6 1.2 -0.6 -0.4 -0.2 0.3 1.5
-0.9 1.4 0.8 -0.4 -0.2 0.3 1.5
"""
CAMERA_OPTIONS = "[Q=90,strip,optimize_coding,subsample_mode=on]"

# SOF0 to SOF15 without DHT, JPG and DAC, which share the range.
FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def draw_photo(photo: Path, scratch: Path) -> None:
    """A detailed picture from seeded noise of many sizes: the same bytes each time from the same libvips."""
    width, height = map(str, PHOTO_SIZE)
    layers: list[str] = []
    for kind, cells, options in (("perlin", PERLIN_CELLS, ["--uchar"]), ("worley", WORLEY_CELLS, [])):
        for cell in cells:
            layers.append(str(scratch / f"{kind}-{cell}.v"))
            answer([VIPS, kind, layers[-1], width, height, "--cell-size", str(cell), "--seed", str(cell), *options])
    joined, mixed, matrix = scratch / "joined.v", scratch / "mixed.v", scratch / "mix.mat"
    matrix.write_text(MIX)
    answer([VIPS, "bandjoin", " ".join(layers), str(joined)])
    answer([VIPS, "recomb", str(joined), str(mixed), str(matrix)])
    answer([VIPS, "cast", str(mixed), f"{photo}{CAMERA_OPTIONS}", "uchar"])
    for temporary in (*map(Path, layers), joined, mixed, matrix):
        temporary.unlink()


def dimensions(path: Path) -> tuple[int, int]:
    """Width and height from the frame header; anything but a whole JPEG file is a BenchmarkError."""
    data = path.read_bytes()
    if not data.startswith(b"\xff\xd8"):
        raise BenchmarkError(f"{path.name} is not a JPEG file")
    position = 2
    while position + 9 <= len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        if marker == 0xFF:
            position += 1
        elif marker in FRAME_MARKERS:
            height = int.from_bytes(data[position + 5:position + 7])
            width = int.from_bytes(data[position + 7:position + 9])
            return width, height
        else:
            position += 2 + int.from_bytes(data[position + 2:position + 4])
    raise BenchmarkError(f"{path.name} has no JPEG frame header")


def largest_shrink(photo: tuple[int, int], wanted: tuple[int, int]) -> int:
    """The largest factor by which libjpeg can shrink on load without falling below the wanted size."""
    ratio = min(photo[0] / wanted[0], photo[1] / wanted[1])
    return max((shrink for shrink in (2, 4, 8) if shrink <= ratio), default=1)


def difference(one: Path, other: Path, scratch: Path) -> float:
    """Mean absolute difference of two pictures of one size, in 0...255."""
    signed, absolute = scratch / "signed.v", scratch / "absolute.v"
    answer([VIPS, "subtract", str(one), str(other), str(signed)])
    answer([VIPS, "abs", str(signed), str(absolute)])
    return float(answer([VIPS, "avg", str(absolute)]))


def check_outputs(outputs: list[Path], count: int, wanted: tuple[int, int]) -> None:
    """Exactly `count` pictures of the wanted size, none cut short."""
    if len(outputs) != count:
        raise BenchmarkError(f"wrong output: {len(outputs)} files instead of {count}")
    for output in outputs:
        if dimensions(output) != wanted:
            width, height = dimensions(output)
            raise BenchmarkError(f"wrong output: {output.name} is {width}x{height}")
        if not output.read_bytes().endswith(b"\xff\xd9"):
            raise BenchmarkError(f"wrong output: {output.name} has no end marker")
