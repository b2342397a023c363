"""queue_loop.py LIBRARY fill|drain FOLDER COUNT PROCESSES: jobs without work through the file queues of Python.

`fill` puts COUNT messages of a job file's size into the queue. `drain` takes them all out again with so many processes,
each message acknowledged after it was read, and prints the seconds from the first take to the last.
"""

import multiprocessing
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

MESSAGE = '{"input": "photo.jpg", "renditions": [{"path": "small.jpg", "width": 320}]}'
# A queue that stays empty for so long is drained: consumers of kombu cannot ask how much is left.
PATIENCE_SECONDS = 0.5


def fill_dirq(folder: Path, count: int) -> None:
    from dirq.QueueSimple import QueueSimple
    queue = QueueSimple(str(folder / "queue"))
    for _ in range(count):
        queue.add(MESSAGE)


def drain_dirq(folder: Path) -> int:
    from dirq.QueueSimple import QueueSimple
    queue = QueueSimple(str(folder / "queue"))
    done = 0
    name = queue.first()
    while name:
        if queue.lock(name):
            assert len(queue.get(name)) == len(MESSAGE)
            queue.remove(name)
            done += 1
        name = queue.next()
    return done


def open_huey(folder: Path):  # type: ignore[no-untyped-def]
    from huey import FileHuey
    huey = FileHuey(path=str(folder / "huey"), results=False)

    @huey.task()
    def work(message: str) -> None:
        assert len(message) == len(MESSAGE)

    return huey, work


def fill_huey(folder: Path, count: int) -> None:
    _, work = open_huey(folder)
    for _ in range(count):
        work(MESSAGE)


def drain_huey(folder: Path) -> int:
    huey, _ = open_huey(folder)
    done = 0
    while (task := huey.dequeue()) is not None:
        huey.execute(task)
        done += 1
    return done


def open_kombu(folder: Path):  # type: ignore[no-untyped-def]
    from kombu import Connection
    place = folder / "kombu"
    # Messages are taken by a move there: across file systems that would be a copy, which two processes can see half of.
    taken = folder / "taken"
    for each in (place, taken):
        each.mkdir(exist_ok=True)
    options = {"data_folder_in": str(place), "data_folder_out": str(place), "control_folder": str(place / "control"),
               "processed_folder": str(taken)}
    return Connection("filesystem://", transport_options=options)


def fill_kombu(folder: Path, count: int) -> None:
    with open_kombu(folder) as connection:
        queue = connection.SimpleQueue("jobs")
        for _ in range(count):
            queue.put(MESSAGE)


def drain_kombu(folder: Path) -> int:
    from queue import Empty
    done = 0
    with open_kombu(folder) as connection:
        queue = connection.SimpleQueue("jobs")
        while True:
            try:
                message = queue.get(timeout=PATIENCE_SECONDS)
            except (Empty, socket.timeout, FileNotFoundError):
                return done
            assert len(message.payload) == len(MESSAGE)
            message.ack()
            done += 1


LIBRARIES: dict[str, tuple[Callable[[Path, int], None], Callable[[Path], int]]] = {
    "dirq": (fill_dirq, drain_dirq),
    "huey": (fill_huey, drain_huey),
    "kombu": (fill_kombu, drain_kombu),
}


def take_part(library: str, folder: Path) -> tuple[int, float]:
    done = LIBRARIES[library][1](folder)
    # The patience at the end is no part of the work.
    return done, time.monotonic() - (PATIENCE_SECONDS if library == "kombu" else 0)


def main() -> None:
    library, action, place, *numbers = sys.argv[1:]
    folder = Path(place)
    count, processes = map(int, numbers)
    if action == "fill":
        LIBRARIES[library][0](folder, count)
        return
    with multiprocessing.Pool(processes) as pool:
        pool.map(len, [[]] * processes)
        begin = time.monotonic()
        parts = pool.starmap(take_part, [(library, folder)] * processes, chunksize=1)
    taken = sum(done for done, _ in parts)
    if taken != count:
        sys.exit(f"{library} gave {taken} of {count} messages")
    print(max(end for _, end in parts) - begin)


if __name__ == "__main__":
    main()
