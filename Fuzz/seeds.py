"""Files to begin with, and words that belong into them: seeds.py jobs|results|answers|sources|jpegs FOLDER"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HASH = "0a" * 32
RENDITION = {"path": "b.png", "format": "png", "width": 3, "height": 2, "bytes": 70, "sha256": HASH, "milliseconds": 1.5}
INPUT = {"path": "a.jpg", "format": "jpeg", "width": 6, "height": 4, "pages": 1, "bytes": 900, "sha256": HASH}
ERROR = {"code": "input_corrupt", "message": "the image is truncated", "retryable": False}
TIME = "2026-11-27T09:00:00.125Z"


def jobs() -> Iterator[bytes]:
    for job in (
        {"input": "a.jpg", "renditions": [{"path": "b.png"}]},
        {"input": {"path": "a", "page": 1, "pages": 2, "failOn": "none", "autoOrient": False, "sha256": HASH},
         "timeout": 3, "metadata": {"id": 1.50, "tags": ["x", None, True]},
         "renditions": [{
             "path": "b.webp", "width": 10, "height": 20, "fit": "contain", "position": "north", "background": "#01020304",
             "webp": {"quality": 50, "lossless": True}, "rotate": 45, "trim": {}, "blur": 1.5, "tint": "red",
             "extract": {"left": 1, "top": 2, "width": 3, "height": 4}, "composite": [{"input": "c.png", "gravity": "east"}],
             "keep": ["exif"], "maxBytes": 1000, "forbidLoss": ["alpha"], "placeholder": "blurhash"}]},
        {"input": "a.jpg", "srcset": {"path": "c-{width}.{format}", "widths": [100, 200], "formats": ["avif", "jpeg"]}},
    ):
        yield json.dumps(job).encode()


def results() -> Iterator[bytes]:
    document: dict[str, Any] = {
        "version": 1, "job": "a.json", "id": "0197", "status": "done",
        "worker": {"id": "w", "host": "h", "pid": 7, "version": "0.1.0"}, "submittedAt": TIME, "claimedAt": TIME,
        "finishedAt": TIME, "attempts": [
            {"number": 1, "startedAt": TIME, "milliseconds": 2.5, "error": ERROR, "source": {"bytes": 5, "changedAt": TIME}},
            {"number": 2, "startedAt": TIME, "milliseconds": 3}],
        "attemptsForgiven": 1, "input": INPUT, "renditions": [
            {**RENDITION, "losses": ["alpha", "exif.gps"], "quality": 60, "placeholder": "L6", "dominantColour": "#010203"}],
        "timings": {"queued": 1, "waited": 2, "rendered": 3, "committed": 4}, "usage": {"peakMemory": 5, "processor": 6},
        "metadata": {"a": [1, 2.50]}}
    yield json.dumps(document).encode()
    yield json.dumps({**document, "status": "retry", "error": ERROR, "retryAt": TIME}).encode()


def answers() -> Iterator[bytes]:
    image = {key: value for key, value in RENDITION.items() if key not in ("path", "format")}
    rendered = {"input": {key: value for key, value in INPUT.items() if key != "path"}, "renditions": [{**image, "losses": []}]}
    end = {"signal": 0, "status": 0, "peakMemory": 1, "processorSeconds": 0.5, "refusedAllocation": 0}
    for answer in (
        {"rendered": rendered}, {"failed": ERROR}, {"needsMemory": 9}, {"progress": {"renditions": 1, "percent": 2}}, "declined", "born", {"ended": end},
        {"version": "0.1.0", "library": "8.16", "landlock": 4, "systemCalls": True},
    ):
        yield json.dumps(answer).encode()


def sources() -> Iterator[bytes]:
    # The builders of the hostile corpus.
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Torture"))
    from harness import builders as make

    yield make.png(2, 2, 8, 2, between=[make.png_chunk(b"zTXt", b"a\0\0" + make.deflated_zeros(99)),
                                        make.png_chunk(b"iTXt", b"a\0\1\0en\0a\0" + make.deflated_zeros(99))])
    frame = make.gif_frame(1, 1, make.lzw_zeros(1))
    yield make.gif_start(1, 1) + frame * 2 + b"!\xfe\3abc\0;"
    scan = make.jpeg_segment(0xDA, bytes(8)) + b"\1\xff\0\xff\xd0\2"
    yield b"\xff\xd8" + make.jpeg_segment(0xE1, b"Exif\0\0") + make.jpeg_segment(0xC2, bytes(15)) + scan * 2 + b"\xff\xd9"
    yield make.webp_animation(1, 1, make.webp_frame(1, 1, make.riff_chunk(b"VP8L", bytes(8))) * 2)
    file = make.Tiff()
    dot = file.put(b"\0")
    for _ in range(2):
        file.directory(make.tiff_picture(1, 1, [dot], [1]))
    yield file.bytes()
    size = make.extent(64, 48)
    header = make.avif_box(b"av1C", b"\x81\0\0\0\x0a\x0a\0\0\0\x04\x3c\xff\xbd\xff\xe9\x80")
    tile = make.Item(2, b"av01", b"\x12\0\x0a\x0a\0\0\0\x04\x3c\xff\xbd\xff\xe9\x80", (size, header))
    yield make.avif([make.Item(1, b"grid", make.grid(1, 2, 64, 96), (size,)), tile], [(b"dimg", 1, [2, 2])])
    hevc = make.avif_box(b"hvcC", bytes(22) + b"\1\xa1\0\1\0\x18\x42\1\1\1\x60\0\0\3\0\x90\0\0\3\0\0\3\0\x5d\xa0\2\x80\x80\x2d\x16")
    yield make.avif([make.Item(1, b"hvc1", b"", (size, hevc))]).replace(b"avif", b"heic", 1)


def jpegs() -> Iterator[bytes]:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Torture"))
    from harness import builders as make

    def code(kind: int, *lengths: bytes) -> bytes:
        """The symbols of codes of one bit, of two, ..."""
        counts = bytes(len(symbols) for symbols in lengths) + bytes(16 - len(lengths))
        return make.jpeg_segment(0xC4, bytes([kind]) + counts + b"".join(lengths))

    tables = make.jpeg_segment(0xDB, bytes([0]) + bytes(range(1, 65)))
    codes = code(0x00, b"\0", b"\4", b"\x0b") + code(0x10, b"\0", b"\2", b"\x13\xf0", b"\x39\x0a")
    for factors, interval, scan in ((b"\x22", 0, b"\0\x0f\xff\0\x31"), (b"\x11", 1, b"\x12\xff\xd0\x57\x1f"), (b"\x41", 0, b"\x6d\xb6")):
        components = b"\1" + factors + b"\0" + b"\2\x11\0" + b"\3\x11\0"
        frame = make.jpeg_segment(0xC0, b"\x08" + b"\0\x18" + b"\0\x28" + b"\3" + components)
        restart = make.jpeg_segment(0xDD, interval.to_bytes(2, "big"))
        start = make.jpeg_segment(0xDA, b"\3" + b"\1\0\2\0\3\0" + b"\0\x3f\0")
        yield b"\xff\xd8" + tables + frame + codes + restart + start + scan * 9 + bytes(20) + b"\xff\xd9"


def main() -> None:
    kind, folder = sys.argv[1], Path(sys.argv[2])
    for number, content in enumerate({"jobs": jobs, "results": results, "answers": answers, "sources": sources, "jpegs": jpegs}[kind]()):
        (folder / f"seed-{number}").write_bytes(content)


main()
