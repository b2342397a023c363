"""Files that are small and ask for much, and jobs that do."""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .builders import (
    ASCII, LONG, RATIONAL, SHORT, Item, Tiff, avif, deflated_zeros, exif_segment, extent, full_box, gif_frame,
    gif_start, grid, jpeg_of_scans, jpeg_segment, jpeg_with, lzw_zeros, png, png_chunk, tiff_picture, webp_animation,
    webp_frame)
from .formats import box, layout

MANY = 100_000
# libvips takes a GIF with more than 4096 for a broken one.
MOST_GIF_FRAMES = 4000
ONE_PIXEL = lzw_zeros(1)
LARGEST = 16_384


@dataclass(frozen=True)
class Bomb:
    """A file, and the jobs that are made of it: each what the input and the rendition have besides paths and names."""

    name: str
    content: bytes
    jobs: Sequence["Wish"]


@dataclass(frozen=True)
class Wish:
    """What a job asks for."""

    # By its ending the format is known.
    suffix: str = ".png"
    rendition: Mapping[str, Any] = field(default_factory=dict)
    input: Mapping[str, Any] = field(default_factory=dict)
    # Instead of the rendition.
    renditions: Sequence[tuple[str, Mapping[str, Any]]] = ()
    # How it must fail, if that is known.
    codes: tuple[str, ...] = ()


PLAIN = Wish()
SMALL = Wish(".jpg", {"width": 32})
LENIENT = Wish(".png", {"width": 32}, {"failOn": "none"})
KEEPING = Wish(".jpg", {"keep": ["all"]})
ANIMATED = Wish(".webp", {"animated": True})
ANIMATED_GIF = Wish(".gif", {"animated": True})


def refused(code: str, *wishes: Wish) -> tuple[Wish, ...]:
    """All must fail like this."""
    return tuple(replace(wish, codes=(code,)) for wish in wishes)


def bombs(seeds: Mapping[str, bytes]) -> Iterator[Bomb]:
    """All of them. `seeds` by name: a JPEG, a WebP of one pixel without loss, an AVIF and a large AVIF."""
    yield from tiff_bombs()
    yield from gif_bombs()
    yield from webp_bombs(seeds["dot.webp"])
    yield from jpeg_bombs(seeds["baseline.jpg"])
    yield from png_bombs()
    yield from avif_bombs(seeds["still.avif"], seeds["large.avif"])
    yield from job_bombs(seeds["dot.png"])


# MARK: Files

def tiff_bombs() -> Iterator[Bomb]:
    strip = deflated_zeros(100_000_000)
    file = Tiff()
    offset = file.put(strip)
    file.directory(tiff_picture(10_000, 10_000, [offset] * 200, [len(strip)] * 200, 8, 200, planar=True))
    yield Bomb("tiff-200-bands", file.bytes(), (PLAIN, SMALL))
    file = Tiff()
    row = deflated_zeros(65_000)
    file.directory(tiff_picture(1000, 65_000, [file.put(row)] * 1000, [len(row)] * 1000, 8, rows=65))
    yield Bomb("tiff-strips-shared", file.bytes(), (SMALL,))
    file = Tiff()
    tile = deflated_zeros(8192 * 8192)
    entries = tiff_picture(9000, 9000, [], [], 8)
    offset = file.put(tile)
    file.directory([entry for entry in entries if entry[0] not in (273, 278, 279)] + [
        (322, LONG, [8192]), (323, LONG, [8192]), (324, LONG, [offset] * 4), (325, LONG, [len(tile)] * 4)])
    yield Bomb("tiff-large-tiles", file.bytes(), (SMALL,))
    for name, targets in (("itself", 1), ("the-first", 3)):
        file = Tiff()
        dot = file.put(b"\0")
        first = file.directory(tiff_picture(1, 1, [dot], [1]))
        for _ in range(targets - 1):
            file.directory(tiff_picture(1, 1, [dot], [1]))
        file.go_on(first)
        yield Bomb(f"tiff-next-is-{name}", file.bytes(),
            refused("input_too_many_pages", PLAIN, ANIMATED, Wish(input={"page": 100_000})))
    file = Tiff()
    dot = file.put(b"\0")
    page = tiff_picture(1, 1, [dot], [1])
    for _ in range(MANY):
        file.directory(page)
    yield Bomb("tiff-pages", file.bytes(),
        refused("input_too_many_pages", PLAIN, ANIMATED, Wish(input={"page": MANY - 1}), Wish(".tif",
            {"animated": True}), ANIMATED_GIF))
    file = Tiff()
    dot = file.put(b"\0")
    first = file.directory(tiff_picture(1, 1, [dot], [1], more=[(330, LONG, [8] * 50_000)]))
    yield Bomb("tiff-many-inner-directories", file.bytes(), (PLAIN,))
    file = Tiff()
    file.directory(tiff_picture(10_000, 10_000, [8] * 10_000, [0xFFFFFFFF] * 10_000, rows=1))
    yield Bomb("tiff-long-strips", file.bytes(), (SMALL, LENIENT))


def gif_bombs() -> Iterator[Bomb]:
    dot = gif_frame(1, 1, ONE_PIXEL)
    yield Bomb("gif-frames", gif_start(1, 1) + dot * MANY + b";",
        refused("input_too_many_pages", PLAIN, ANIMATED, ANIMATED_GIF, Wish(input={"page": MANY - 1})))
    yield Bomb("gif-most-frames", gif_start(1, 1) + dot * MOST_GIF_FRAMES + b";", (PLAIN, ANIMATED, ANIMATED_GIF))
    yield Bomb("gif-frames-of-150", gif_start(150, 150) + dot * MOST_GIF_FRAMES + b";", (PLAIN, ANIMATED, ANIMATED_GIF))
    # The last frame needs all those before it.
    frame = gif_frame(1, 1, ONE_PIXEL, disposal=3)
    yield Bomb("gif-frames-of-2000", gif_start(2000, 2000) + frame * MOST_GIF_FRAMES + b";", (
        PLAIN, Wish(input={"page": MOST_GIF_FRAMES - 1}), ANIMATED))
    screen = gif_frame(1000, 1000, lzw_zeros(1000 * 1000))
    yield Bomb("gif-large-frames", gif_start(1000, 1000) + screen * 99 + b";", (ANIMATED, ANIMATED_GIF))
    screen = gif_frame(10_000, 10_000, lzw_zeros(10 ** 8))
    yield Bomb("gif-large", gif_start(10_000, 10_000) + screen + b";", (PLAIN, SMALL))
    yield Bomb("gif-too-large", gif_start(65_535, 65_535) + gif_frame(65_535, 65_535, ONE_PIXEL) + b";", (
        Wish(codes=("input_too_many_pixels", "input_corrupt")),))
    yield Bomb("gif-larger-than-its-frame", gif_start(65_535, 65_535) + dot + b";", (PLAIN,))


def webp_bombs(dot: bytes) -> Iterator[Bomb]:
    frame = webp_frame(1, 1, next(piece for piece in layout(dot).pieces(dot) if piece.startswith(b"VP8L")))
    yield Bomb("webp-frames", webp_animation(1, 1, frame * MANY),
        refused("input_too_many_pages", PLAIN, ANIMATED, ANIMATED_GIF, Wish(input={"page": MANY - 1})))
    yield Bomb("webp-frames-of-30", webp_animation(30, 30, frame * MANY),
        refused("input_too_many_pages", PLAIN, ANIMATED))
    yield Bomb("webp-large-canvas", webp_animation(10_000, 10_000, frame * 100), (
        PLAIN, Wish(input={"page": 99}), ANIMATED))
    yield Bomb("webp-too-large", webp_animation(1 << 24, 1 << 24, frame), (
        Wish(codes=("input_too_many_pixels", "input_corrupt")),))


def jpeg_bombs(picture: bytes) -> Iterator[Bomb]:
    yield Bomb("jpeg-scans", jpeg_of_scans(4000, 4000, 883), refused("input_too_many_scans", PLAIN, SMALL, LENIENT))
    yield Bomb("jpeg-large-scans", jpeg_of_scans(10_000, 10_000, 883),
        refused("input_too_many_scans", PLAIN, SMALL, LENIENT, Wish(".jpg", {"rotate": 90})))
    yield Bomb("jpeg-app2", jpeg_with(picture, jpeg_segment(0xE2, b"") * 1_000_000),
        refused("input_too_complex", PLAIN, LENIENT, KEEPING))
    yield Bomb("jpeg-comments", jpeg_with(picture, jpeg_segment(0xFE, b"") * 1_000_000),
        refused("input_too_complex", PLAIN, KEEPING))
    profile = b"".join(
        jpeg_segment(0xE2, b"ICC_PROFILE\0" + bytes((number, 255)) + bytes(65_519)) for number in range(1, 256))
    yield Bomb("jpeg-icc", jpeg_with(picture, profile), (PLAIN, KEEPING))
    yield Bomb("jpeg-many-exif", jpeg_with(picture, exif_segment(exif_like()) * 10_000),
        refused("input_too_complex", PLAIN, KEEPING))
    for name, exif in exif_bombs():
        yield Bomb(f"jpeg-exif-{name}", jpeg_with(picture, exif_segment(exif)), (PLAIN, KEEPING))


def exif_like() -> bytes:
    """What a camera writes: which side is up, who, where, and a thumbnail that is none."""
    file = Tiff()
    position = file.directory([(1, ASCII, b"N\0"), (2, RATIONAL, [48, 1, 51, 1, 30, 1])], is_linked=False)
    inner = file.directory([(33434, RATIONAL, [1, 125]), (36867, ASCII, b"2026:11:25 01:02:03\0")], is_linked=False)
    file.directory([(274, SHORT, [6]), (315, ASCII, b"Torture\0"), (34665, LONG, [inner]), (34853, LONG, [position])])
    thumbnail = file.put(b"\xff\xd8\xff\xd9")
    file.directory([(513, LONG, [thumbnail]), (514, LONG, [4])])
    return file.bytes()


def exif_bombs() -> Iterator[tuple[str, bytes]]:
    file = Tiff()
    file.directory([(274, SHORT, [1]), (34665, LONG, [8]), (34853, LONG, [8]), (40965, LONG, [8])])
    file.go_on(8)
    yield "loop", file.bytes()
    file = Tiff()
    text = file.put(b"x" * 30_000)
    file.directory([(tag, LONG, [text]) for tag in range(1, 2000)])
    # Each of the texts is the same 30,000 bytes.
    start = int.from_bytes(file.data[4:8], "little") + 2
    for entry in range(start, start + 12 * 1999, 12):
        file.data[entry + 2:entry + 8] = ASCII.to_bytes(2, "little") + (30_000).to_bytes(4, "little")
    yield "shared-texts", file.bytes()[:65_000]
    file = Tiff()
    file.directory([(315, ASCII, b"x" * 60_000)])
    yield "long-text", file.bytes()


def png_bombs() -> Iterator[Bomb]:
    texts = {size: zlib.compress(b"x" * size, 9) for size in (64 << 10, 2 << 20, 7 << 20)}
    for size, count in ((64 << 10, 900), (2 << 20, 300), (2 << 20, 5000), (7 << 20, 200)):
        text = [png_chunk(b"zTXt", b"Comment%d\0\0" % number + texts[size])
                for number in range(count)]
        yield Bomb(f"png-{count}-texts-of-{size >> 10}-kib", png(64, 48, 8, 2, between=text),
            refused("input_metadata_too_large", PLAIN, KEEPING))
    spaces = zlib.compress(b" " * (2 << 20), 9)
    text = [png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + spaces)] * 300
    yield Bomb("png-xmp", png(64, 48, 8, 2, between=text), refused("input_metadata_too_large", PLAIN, KEEPING))
    profile = png_chunk(b"iCCP", b"x\0\0" + deflated_zeros(300 << 20))
    yield Bomb("png-icc", png(64, 48, 8, 2, between=[profile]), refused("input_metadata_too_large", PLAIN, KEEPING))
    yield Bomb("png-empty-chunks", png(64, 48, 8, 2, between=[png_chunk(b"teXt", b"")] * 300_000),
        refused("input_too_complex", PLAIN))
    yield Bomb("png-empty-pixels", png(64, 48, 8, 2, between=[png_chunk(b"IDAT", b"")] * 300_000), (PLAIN,))
    yield Bomb("png-too-large", png(30_000, 30_000, 1, 0), (Wish(codes=("input_too_many_pixels",)),))
    yield Bomb("png-bits", png(10_000, 10_000, 1, 0), (PLAIN, SMALL))
    yield Bomb("png-deep", png(10_000, 10_000, 16, 6), (PLAIN, SMALL))
    yield Bomb("png-deep-interlaced", png(10_000, 10_000, 16, 6, interlaced=True), (SMALL,))
    yield Bomb("png-wide", png(1_000_000, 100, 16, 6), (SMALL, Wish(".webp", {"height": 50})))


def avif_bombs(picture: bytes, large: bytes) -> Iterator[Bomb]:
    """Recipes that lead to themselves, or to one picture many times; sizes that are not those of the picture."""
    coded = box(picture, b"mdat")[8:]
    depth = full_box(b"pixi", 0, b"\x03\x08\x08\x08")
    properties = (extent(64, 48), box(picture, b"av1C"))
    dot = Item(1, b"av01", coded, properties)
    tile = Item(2, b"av01", coded, properties)
    huge = Item(1, b"av01", box(large, b"mdat")[8:], (extent(64, 64), box(large, b"av1C")))
    yield Bomb("avif-larger-than-said", avif([huge]), refused("input_corrupt", PLAIN, SMALL, LENIENT))
    yield Bomb("avif-smaller-than-said", avif([Item(1, b"av01", coded, (extent(10_000, 10_000), properties[1]))]), (
        PLAIN, SMALL, LENIENT))
    size = (extent(64, 48), depth)
    inner, other = Item(1, b"iden", b"", size), Item(2, b"iden", b"", size)
    yield Bomb("avif-iden-of-itself", avif([inner], [(b"dimg", 1, [1])]), refused("input_too_complex", PLAIN))
    yield Bomb("avif-iden-of-each-other", avif([inner, other], [(b"dimg", 1, [2]), (b"dimg", 2, [1])]),
        refused("input_too_complex", PLAIN))
    yield Bomb("avif-grid-of-itself", avif([Item(1, b"grid", grid(2, 2, 128, 96), (extent(128, 96), depth))],
                                           [(b"dimg", 1, [1] * 4)]), refused("input_too_complex", PLAIN))
    overlay = bytes(10) + bytes((0, 64, 0, 48)) + bytes(4)
    yield Bomb("avif-overlay-of-itself", avif([Item(1, b"iovl", overlay, size)], [(b"dimg", 1, [1])]),
        refused("input_too_complex", PLAIN))
    role = full_box(b"auxC", 0, b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0")
    alpha = Item(1, b"av01", coded, (*properties, role))
    for kind, item in ((b"auxl", alpha), (b"thmb", dot), (b"cdsc", dot)):
        yield Bomb(f"avif-{kind.decode()}-of-itself", avif([item], [(kind, 1, [1])]), (PLAIN,))
    # Each is a grid of grids: the pictures at the end are more than there are atoms.
    tower = [Item(number, b"grid", grid(16, 16, 64, 48), size) for number in range(1, 31)]
    yield Bomb("avif-tower-of-grids", avif(
        [*tower, Item(31, b"av01", coded, properties)],
        [(b"dimg", number, [number + 1] * 256) for number in range(1, 31)]), refused("input_too_complex", PLAIN))
    yield Bomb("avif-grid-of-one-tile", avif(
        [Item(1, b"grid", grid(150, 200, 64 * 150, 48 * 200), (extent(64 * 150, 48 * 200), depth)), tile],
        [(b"dimg", 1, [2] * 30_000)]), refused("input_too_complex", PLAIN, SMALL))
    yield Bomb("avif-many-items", avif(
        [dot, *(Item(number, b"av01", b"", properties) for number in range(2, 20_000))],
        [(b"thmb", number, [1]) for number in range(2, 20_000)]), refused("input_too_complex", PLAIN))


# MARK: Jobs

def job_bombs(dot: bytes) -> Iterator[Bomb]:
    """One pixel, of which much is asked."""
    square = {"width": LARGEST, "height": LARGEST}
    sizes = range(100, 5100, 100)
    crops: list[tuple[str, Mapping[str, Any]]] = []
    for size in sizes:
        crops += [(".jpg", {"width": size, "height": size}), (".webp", {"width": size, "height": size // 2})]
    yield Bomb("job", dot, (
        *(Wish(suffix, square) for suffix in (".avif", ".gif", ".webp", ".jpg", ".png", ".tif")),
        Wish(renditions=crops),
        Wish(".png", {**square, "median": 99}),
        Wish(".png", {"width": 8000, "height": 8000, "blur": 1000}),
        Wish(".png", {"width": 4000, "height": 4000, "rotate": 45, "sharpen": {"sigma": 10},
                      "clahe": {"width": 1000, "height": 1000}}),
        Wish(".jpg", {"width": 8000, "height": 8000, "maxBytes": 1000}),
        Wish(".png", {"width": 1, "extend": {"top": 16_000, "left": 16_000, "extendWith": "mirror"}}),
        Wish(".webp", {**square, "webp": {"lossless": True, "effort": 6}}),
        Wish(".png", {**square, "png": {"palette": True, "effort": 10}}),
    ))
