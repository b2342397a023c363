"""What a picture file consists of, format by format: no more than it takes to do harm in the right places."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

Order = Literal["big", "little"]
PNG_START = b"\x89PNG\r\n\x1a\n"
JPEG_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
TIFF_SIZES = (256, 257, 258, 277, 278, 322, 323)
# Boxes that hold boxes, after so many bytes of their own.
CONTAINERS = {b"meta": 4, b"iprp": 0, b"ipco": 0, b"dinf": 0, b"iref": 4, b"iinf": 6}


@dataclass(frozen=True)
class Number:
    """Where a number stands; with `bits`, in a part of its bytes."""

    offset: int
    size: int
    order: Order
    shift: int = 0
    bits: int = 0

    @property
    def most(self) -> int:
        return (1 << (self.bits or self.size * 8)) - 1

    def read(self, data: bytes | bytearray) -> int:
        return int.from_bytes(data[self.offset:self.offset + self.size], self.order) >> self.shift & self.most

    def write(self, data: bytearray, value: int) -> None:
        whole = int.from_bytes(data[self.offset:self.offset + self.size], self.order)
        whole = whole & ~(self.most << self.shift) | (value & self.most) << self.shift
        data[self.offset:self.offset + self.size] = whole.to_bytes(self.size, self.order)


@dataclass
class Layout:
    """The parts of one file."""

    # Where each piece begins.
    cuts: list[int] = field(default_factory=list)
    # Widths, heights, and what else says how many samples there are.
    sizes: list[Number] = field(default_factory=list)
    # Lengths, counts and offsets.
    lengths: list[Number] = field(default_factory=list)
    # What stands behind it can be missing, and the picture is still whole; 0 if nothing can.
    end: int = 0

    def pieces(self, data: bytes) -> list[bytes]:
        cuts = sorted({0, *self.cuts} - {len(data)})
        return [data[start:end] for start, end in zip(cuts, [*cuts[1:], len(data)], strict=True)]


def layout(data: bytes) -> Layout:
    """The parts of a good file."""
    for start, walk in (
        (b"\xff\xd8", jpeg_layout), (PNG_START, png_layout), (b"GIF", gif_layout), (b"RIFF", webp_layout),
        (b"II*\0", tiff_layout), (b"MM\0*", tiff_layout),
    ):
        if data.startswith(start):
            return walk(data)
    if data[4:8] == b"ftyp":
        return box_layout(data)
    raise ValueError("a seed of no format that is known here")


def jpeg_layout(data: bytes) -> Layout:
    result = Layout()
    position = 2
    while position + 4 <= len(data):
        marker = data[position + 1]
        result.cuts.append(position)
        length = Number(position + 2, 2, "big")
        result.lengths.append(length)
        if marker in JPEG_SIZES:
            result.sizes += [Number(position + 5, 2, "big"), Number(position + 7, 2, "big")]
        position += 2 + length.read(data)
        if marker == 0xDA:
            position = end_of_scan(data, position)
    result.cuts.append(position)
    return result


def end_of_scan(data: bytes, position: int) -> int:
    """The next marker that is neither a stuffed byte nor a restart."""
    while position + 2 <= len(data):
        position = data.find(b"\xff", position)
        if position < 0:
            return len(data)
        if data[position + 1] != 0 and not 0xD0 <= data[position + 1] <= 0xD7:
            return position
        position += 2
    return len(data)


def png_chunks(data: bytes) -> Iterator[tuple[int, int]]:
    """Where each chunk begins, and how many bytes it has inside."""
    position = len(PNG_START)
    while position + 12 <= len(data):
        length = int.from_bytes(data[position:position + 4])
        if position + 12 + length > len(data):
            return
        yield position, length
        position += 12 + length


def png_layout(data: bytes) -> Layout:
    result = Layout()
    for position, _ in png_chunks(data):
        result.cuts.append(position)
        result.lengths.append(Number(position, 4, "big"))
        if data[position + 4:position + 8] == b"IHDR":
            result.sizes = [Number(position + 8, 4, "big"), Number(position + 12, 4, "big"),
                            Number(position + 16, 1, "big"), Number(position + 17, 1, "big")]
    return result


def png_with_right_sums(data: bytes) -> bytes:
    """All checksums made right, so that the harm is not seen before the chunk is read."""
    result = bytearray(data)
    for position, length in png_chunks(data):
        end = position + 8 + length
        result[end:end + 4] = zlib.crc32(data[position + 4:end]).to_bytes(4)
    return bytes(result)


def gif_layout(data: bytes) -> Layout:
    result = Layout(sizes=[Number(6, 2, "little"), Number(8, 2, "little")])
    position = 13 + colours_of(data[10])
    while position < len(data):
        result.cuts.append(position)
        if data[position] == 0x2C:
            result.sizes += [Number(position + offset, 2, "little") for offset in (1, 3, 5, 7)]
            position += 10 + colours_of(data[position + 9]) + 1
        elif data[position] == 0x21:
            position += 2
        else:
            break
        while position < len(data) and data[position]:
            result.lengths.append(Number(position, 1, "little"))
            position += 1 + data[position]
        position += 1
    return result


def colours_of(flags: int) -> int:
    """The bytes of a table of colours."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def webp_layout(data: bytes) -> Layout:
    result = Layout(lengths=[Number(4, 4, "little")])
    walk_riff(data, 12, len(data), result)
    return result


def walk_riff(data: bytes, position: int, end: int, result: Layout) -> None:
    while position + 8 <= end:
        result.cuts.append(position)
        kind, length = data[position:position + 4], Number(position + 4, 4, "little")
        result.lengths.append(length)
        inside = position + 8
        position = inside + length.read(data) + length.read(data) % 2
        if kind == b"VP8 ":
            result.sizes += [Number(inside + 6, 2, "little", 0, 14), Number(inside + 8, 2, "little", 0, 14)]
        elif kind == b"VP8L":
            result.sizes += [Number(inside + 1, 4, "little", 0, 14), Number(inside + 1, 4, "little", 14, 14)]
        elif kind == b"VP8X":
            result.sizes += [Number(inside + 4, 3, "little"), Number(inside + 7, 3, "little")]
        elif kind == b"ANMF":
            result.sizes += [Number(inside + offset, 3, "little") for offset in (0, 3, 6, 9)]
            walk_riff(data, inside + 16, position, result)


def webp_with_right_length(data: bytes) -> bytes:
    return data[:4] + (len(data) - 8).to_bytes(4, "little") + data[8:]


def tiff_layout(data: bytes) -> Layout:
    order: Order = "little" if data.startswith(b"II") else "big"
    result = Layout()
    link = Number(4, 4, order)
    while (start := link.read(data)) and start not in result.cuts:
        result.lengths.append(link)
        result.cuts.append(start)
        count = Number(start, 2, order)
        result.lengths.append(count)
        for entry in range(start + 2, start + 2 + 12 * count.read(data), 12):
            result.cuts.append(entry)
            short = Number(entry + 2, 2, order).read(data) == 3
            value = Number(entry + 8, 2 if short else 4, order)
            if Number(entry, 2, order).read(data) in TIFF_SIZES:
                result.sizes.append(value)
            else:
                result.lengths.append(value)
            result.lengths.append(Number(entry + 4, 4, order))
        link = Number(start + 2 + 12 * count.read(data), 4, order)
    # Then come the end of the list, which may be missing, and values such as how many dots an inch has.
    result.end = link.offset
    return result


def box_layout(data: bytes) -> Layout:
    result = Layout()
    walk_boxes(data, 0, len(data), result)
    return result


def walk_boxes(data: bytes, position: int, end: int, result: Layout) -> None:
    while position + 8 <= end:
        result.cuts.append(position)
        kind, length = data[position + 4:position + 8], Number(position, 4, "big")
        result.lengths.append(length)
        inside, position = position + 8, position + (length.read(data) or end - position)
        if kind in CONTAINERS:
            walk_boxes(data, inside + CONTAINERS[kind], position, result)
        elif kind == b"ispe":
            result.sizes += [Number(inside + 4, 4, "big"), Number(inside + 8, 4, "big")]
        elif kind in (b"iloc", b"ipma", b"pitm"):
            result.lengths += [Number(place, 2, "big") for place in range(inside + 4, position - 1, 2)]


def box(data: bytes, kind: bytes) -> bytes:
    """The first box of a kind, wherever it is; with its header."""
    found = Layout()
    walk_boxes(data, 0, len(data), found)
    for start in found.cuts:
        if data[start + 4:start + 8] == kind:
            return data[start:start + int.from_bytes(data[start:start + 4])]
    raise ValueError(f"there is no box {kind.decode()}")
