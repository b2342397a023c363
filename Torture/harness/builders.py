"""Pictures put together byte by byte, with whatever an encoder would never write."""

import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from .formats import PNG_START

BYTE, ASCII, SHORT, LONG, RATIONAL = 1, 2, 3, 4, 5
TIFF_TYPES = {BYTE: "B", ASCII: "B", SHORT: "H", LONG: "I", RATIONAL: "I"}
ZEROS_AT_ONCE = 1 << 20
ADLER_BASE = 65521
# By the number of the colour type.
PNG_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
# Of an interlaced picture: left, top, and the steps.
PNG_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))

Entry = tuple[int, int, Sequence[int]]


# MARK: Compressed zeros

def deflated_zeros(count: int) -> bytes:
    """So many zeros as zlib has them; made in no time, because all parts but the last are the same."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    part = packer.compress(bytes(ZEROS_AT_ONCE)) + packer.flush(zlib.Z_FULL_FLUSH)
    last = zlib.compressobj(9, zlib.DEFLATED, -15)
    rest = last.compress(bytes(count % ZEROS_AT_ONCE)) + last.flush()
    sum_of_zeros = (count % ADLER_BASE) << 16 | 1
    return b"\x78\xda" + part * (count // ZEROS_AT_ONCE) + rest + sum_of_zeros.to_bytes(4)


class BitWriter:
    """Bits into bytes: the lowest first, as GIF has them."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.bits = 0
        self.count = 0

    def put(self, value: int, width: int) -> None:
        self.bits |= value << self.count
        self.count += width
        while self.count >= 8:
            self.data.append(self.bits & 255)
            self.bits >>= 8
            self.count -= 8

    def bytes(self) -> bytes:
        return bytes(self.data) + (bytes([self.bits]) if self.count else b"")


def lzw_zeros(count: int) -> bytes:
    """So many pixels of the first colour as GIF has them, with the size of the codes before."""
    clear, last_code = 4, 4095
    bits = BitWriter()
    bits.put(clear, 3)
    bits.put(0, 3)
    count -= 1
    # Each code stands for one pixel more than the code before.
    code, width, length = 6, 3, 2
    while count >= length and code < last_code:
        bits.put(code, width)
        count -= length
        code += 1
        length += 1
        if code == 1 << width and width < 12:
            width += 1
    while count >= length - 1:
        bits.put(code - 1, width)
        count -= length - 1
    # What is left, pixel by pixel, after a fresh start.
    bits.put(clear, width)
    for _ in range(count):
        bits.put(0, 3)
        bits.put(clear, 3)
    bits.put(clear + 1, 3)
    return b"\x02" + sub_blocks(bits.bytes())


def sub_blocks(data: bytes) -> bytes:
    blocks = (data[start:start + 255] for start in range(0, len(data), 255))
    return b"".join(bytes([len(block)]) + block for block in blocks) + b"\0"


# MARK: PNG

def png_chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)


def png(width: int, height: int, depth: int, colour: int, interlaced: bool = False,
        between: Iterable[bytes] = ()) -> bytes:
    """All zeros; `between` the header and the pixels is what is asked for."""
    bits = depth * PNG_SAMPLES[colour]
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced))
    passes = PNG_PASSES if interlaced else ((0, 0, 1, 1),)
    count = 0
    for left, top, across, down in passes:
        columns, rows = -(-max(0, width - left) // across), -(-max(0, height - top) // down)
        count += rows * (1 + -(-columns * bits // 8)) if columns else 0
    return (PNG_START + png_chunk(b"IHDR", header) + b"".join(between) + png_chunk(b"IDAT", deflated_zeros(count))
            + png_chunk(b"IEND", b""))


# MARK: GIF

def gif_start(width: int, height: int) -> bytes:
    """With four colours."""
    colours = bytes((0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255))
    repeated = b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\xf1\0\0" + colours + repeated


def gif_frame(width: int, height: int, data: bytes, left: int = 0, top: int = 0, disposal: int = 1) -> bytes:
    control = bytes((0x21, 0xF9, 4, disposal << 2, 4, 0, 0, 0))
    return control + struct.pack("<BHHHHB", 0x2C, left, top, width, height, 0) + data


# MARK: JPEG

def jpeg_segment(marker: int, data: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(data) + 2).to_bytes(2) + data


def jpeg_with(picture: bytes, segments: bytes) -> bytes:
    """Right after the start."""
    return picture[:2] + segments + picture[2:]


def exif_segment(tiff: bytes) -> bytes:
    return jpeg_segment(0xE1, b"Exif\0\0" + tiff)


def jpeg_of_scans(width: int, height: int, most_scans: int) -> bytes:
    """A grey picture of zeros. Each coefficient comes bit by bit in scans of their own, as the standard allows."""
    blocks = -(-width // 8) * -(-height // 8)
    one_code = bytes((1, *[0] * 15))
    end_of_16384_blocks = 0xE0
    tables = (jpeg_segment(0xC4, b"\0" + one_code + b"\0")
              + jpeg_segment(0xC4, b"\x10" + one_code + bytes([end_of_16384_blocks])))
    frame = jpeg_segment(0xC2, struct.pack(">BHHB", 8, height, width, 1) + bytes((1, 0x11, 0)))
    # A code of one bit, 0, then 14 bits that add to the 16384 blocks. Each run has 32767 of them.
    runs = ("0" + "1" * 14) * -(-blocks // 32767)
    runs += "1" * (-len(runs) % 8)
    alternating = int(runs, 2).to_bytes(len(runs) // 8).replace(b"\xff", b"\xff\0")
    scans = [jpeg_segment(0xDA, bytes((1, 1, 0, 0, 0, 0))) + bytes(-(-blocks // 8))]
    for bit in range(13, -1, -1):
        for coefficient in range(1, 64):
            approximation = (0 if bit == 13 else bit + 1) << 4 | bit
            scans.append(jpeg_segment(0xDA, bytes((1, 1, 0, coefficient, coefficient, approximation))) + alternating)
    return (b"\xff\xd8" + jpeg_segment(0xDB, b"\0" + b"\x01" * 64) + frame + tables + b"".join(scans[:most_scans])
            + b"\xff\xd9")


# MARK: WebP

def riff_chunk(kind: bytes, data: bytes) -> bytes:
    return kind + len(data).to_bytes(4, "little") + data + b"\0" * (len(data) % 2)


def webp(chunks: bytes) -> bytes:
    return b"RIFF" + (len(chunks) + 4).to_bytes(4, "little") + b"WEBP" + chunks


def webp_animation(width: int, height: int, frames: bytes) -> bytes:
    canvas = struct.pack("<I", 2) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return webp(riff_chunk(b"VP8X", canvas) + riff_chunk(b"ANIM", bytes(6)) + frames)


def webp_frame(width: int, height: int, picture: bytes) -> bytes:
    """`picture`: a chunk."""
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return riff_chunk(b"ANMF", bytes(6) + sides + (40).to_bytes(3, "little") + b"\0" + picture)


# MARK: TIFF

@dataclass
class Tiff:
    """A file that grows page by page."""

    data: bytearray = field(default_factory=lambda: bytearray(b"II*\0\0\0\0\0"))
    # Where the offset of the next directory belongs.
    link: int = 4

    def put(self, content: bytes) -> int:
        """The offset that it gets."""
        self.data += b"\0" * (len(self.data) % 2)
        offset = len(self.data)
        self.data += content
        return offset

    def directory(self, entries: Iterable[Entry], is_linked: bool = True) -> int:
        """A page, or with `is_linked` false a directory that only entries lead to."""
        fields = []
        for tag, kind, values in sorted(entries):
            content = struct.pack(f"<{len(values)}{TIFF_TYPES[kind]}", *values)
            inline = content.ljust(4, b"\0") if len(content) <= 4 else struct.pack("<I", self.put(content))
            fields.append(struct.pack("<HHI", tag, kind, len(values) // (2 if kind == RATIONAL else 1)) + inline)
        offset = self.put(struct.pack("<H", len(fields)) + b"".join(fields) + bytes(4))
        if is_linked:
            self.go_on(offset)
            self.link = len(self.data) - 4
        return offset

    def go_on(self, offset: int) -> None:
        """What comes after the last page."""
        self.data[self.link:self.link + 4] = struct.pack("<I", offset)

    def bytes(self) -> bytes:
        return bytes(self.data)


def tiff_picture(width: int, height: int, offsets: Sequence[int], counts: Sequence[int], compression: int = 1,
                 bands: int = 1, rows: int = 0, planar: bool = False, more: Sequence[Entry] = ()) -> list[Entry]:
    """The entries of a page of eight bits a sample."""
    extra: list[Entry] = [(338, SHORT, [0] * (bands - 1))] if bands > 1 else []
    return [(256, LONG, [width]), (257, LONG, [height]), (258, SHORT, [8] * bands), (259, SHORT, [compression]),
            (262, SHORT, [1]), (273, LONG, offsets), (277, SHORT, [bands]), (278, LONG, [rows or height]),
            (279, LONG, counts), (284, SHORT, [2 if planar else 1]), *extra, *more]


# MARK: AVIF

# What for, from which item, to which ones.
Reference = tuple[bytes, int, Sequence[int]]


@dataclass(frozen=True)
class Item:
    """Of the container that AVIF shares with HEIC: a coded picture, or a recipe."""

    number: int
    kind: bytes
    content: bytes = b""
    # Boxes; equal ones are written once.
    properties: tuple[bytes, ...] = ()


def avif_box(kind: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return (len(content) + 8).to_bytes(4) + kind + content


def full_box(kind: bytes, version: int, *parts: bytes) -> bytes:
    return avif_box(kind, bytes((version, 0, 0, 0)), *parts)


def extent(width: int, height: int) -> bytes:
    return full_box(b"ispe", 0, struct.pack(">II", width, height))


def avif(items: Sequence[Item], references: Sequence[Reference] = ()) -> bytes:
    """The first item is the picture."""
    start = avif_box(b"ftyp", b"avif", bytes(4), b"avifmif1miafMA1B")
    # The lengths do not depend on the offsets.
    length = len(avif_meta(items, references, 0))
    media = avif_box(b"mdat", *(item.content for item in items))
    return start + avif_meta(items, references, len(start) + length + 8) + media


def avif_meta(items: Sequence[Item], references: Sequence[Reference], offset: int) -> bytes:
    """`offset`: where the first item's bytes begin."""
    properties = list(dict.fromkeys(each for item in items for each in item.properties))
    places = b""
    for item in items:
        places += struct.pack(">HHHHII", item.number, 0, 0, 1, offset, len(item.content))
        offset += len(item.content)
    names = [full_box(b"infe", 2, struct.pack(">HH", item.number, 0), item.kind, b"\0") for item in items]
    links = [avif_box(kind, struct.pack(f">HH{len(targets)}H", source, len(targets), *targets))
             for kind, source, targets in references]
    # What a decoder must know has the upper bit.
    marks = {each: 0x80 * each.startswith(b"av1C", 4) | number for number, each in enumerate(properties, 1)}
    bonds = b"".join(
        struct.pack(">HB", item.number, len(item.properties)) + bytes(marks[each] for each in item.properties)
        for item in items)
    return full_box(
        b"meta", 0, full_box(b"hdlr", 0, bytes(4), b"pict", bytes(13)),
        full_box(b"pitm", 0, struct.pack(">H", items[0].number)),
        full_box(b"iloc", 1, b"\x44\0", struct.pack(">H", len(items)), places),
        full_box(b"iinf", 0, struct.pack(">H", len(items)), *names),
        *([full_box(b"iref", 0, *links)] if links else []),
        avif_box(b"iprp", avif_box(b"ipco", *properties), full_box(b"ipma", 0, struct.pack(">I", len(items)), bonds)))


def grid(columns: int, rows: int, width: int, height: int) -> bytes:
    """The recipe for a picture of tiles."""
    return struct.pack(">BBBBII", 0, 1, rows - 1, columns - 1, width, height)
