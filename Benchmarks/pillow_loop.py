"""pillow_loop.py SOURCE FOLDER COUNT PROCESSES WIDTH HEIGHT: the loop with Pillow, shrinking on load like loop.c."""

import os
import sys
from multiprocessing import Pool

from PIL import Image


def render(source: str, output: str, size: tuple[int, int]) -> None:
    with Image.open(source) as image:
        image.draft("RGB", size)
        resized = image.resize(size, Image.Resampling.LANCZOS)
    resized.save(output, quality=80, optimize=True)


def main() -> None:
    source, folder, *numbers = sys.argv[1:]
    count, processes, width, height = map(int, numbers)
    tasks = [(source, os.path.join(folder, f"out-{number}.jpg"), (width, height)) for number in range(count)]
    with Pool(processes) as pool:
        pool.starmap(render, tasks, chunksize=1)


if __name__ == "__main__":
    main()
