"""Small harm to good files."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from .formats import PNG_START, Layout, Number, layout, png_with_right_sums, webp_with_right_length

MOST_BITS = 64
LONGEST_RUN = 64
LIES = (
    0, 1, 2, 3, 0x7F, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 10_000, 16_383, 16_384, 30_000, 65_500, 0xFFFFFF, 0x7FFFFFFF,
    0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)


@dataclass(frozen=True)
class Seed:
    """A good file."""

    name: str
    content: bytes
    parts: Layout
    # Frames or pages, of which one may be whole in a file that is cut.
    has_many: bool = False

    @classmethod
    def of(cls, name: str, content: bytes, has_many: bool = False) -> "Seed":
        return cls(name, content, layout(content), has_many)


Chance = random.Random
Mutation = Callable[[Seed, Seed, Chance], bytes]


def bits(seed: Seed, other: Seed, chance: Chance) -> bytes:
    """Flipped, here and there."""
    data = bytearray(seed.content)
    for _ in range(round(2 ** chance.uniform(0, 6))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def overwritten(seed: Seed, other: Seed, chance: Chance) -> bytes:
    """Some bytes in a row are others."""
    data = bytearray(seed.content)
    for _ in range(chance.randint(1, 3)):
        count = min(chance.randint(1, LONGEST_RUN), len(data))
        start = chance.randrange(len(data) - count + 1)
        data[start:start + count] = chance.choice((bytes(count), b"\xff" * count, chance.randbytes(count)))
    return bytes(data)


def sizes(seed: Seed, other: Seed, chance: Chance) -> bytes:
    """The picture is said to be smaller or larger than it is."""
    return with_lies(seed, seed.parts.sizes, chance)


def lengths(seed: Seed, other: Seed, chance: Chance) -> bytes:
    """A part is said to be shorter, longer or elsewhere."""
    return with_lies(seed, seed.parts.lengths, chance)


def with_lies(seed: Seed, numbers: list[Number], chance: Chance) -> bytes:
    data = bytearray(seed.content)
    for number in chance.sample(numbers, min(len(numbers), chance.choice((1, 1, 1, 2, 4)))):
        truth = number.read(data)
        near = (truth + 1, truth - 1, truth * 2, truth // 2, truth + chance.randint(-64, 64))
        lie = chance.choice((*near, chance.getrandbits(32), *LIES))
        number.write(data, lie)
    return bytes(data)


def doubled(seed: Seed, other: Seed, chance: Chance) -> bytes:
    """A piece comes again, once or many times."""
    pieces = seed.parts.pieces(seed.content)
    number = chance.randrange(len(pieces))
    pieces[number:number] = [pieces[number]] * chance.choice((1, 1, 2, 10, 300))
    return b"".join(pieces)


def swapped(seed: Seed, other: Seed, chance: Chance) -> bytes:
    """Two pieces change places."""
    pieces = seed.parts.pieces(seed.content)
    one, two = chance.randrange(len(pieces)), chance.randrange(len(pieces))
    pieces[one], pieces[two] = pieces[two], pieces[one]
    return b"".join(pieces)


def dropped(seed: Seed, other: Seed, chance: Chance) -> bytes:
    """A piece is missing."""
    pieces = seed.parts.pieces(seed.content)
    del pieces[chance.randrange(len(pieces))]
    return b"".join(pieces)


def spliced(seed: Seed, other: Seed, chance: Chance) -> bytes:
    """The beginning of one file and the end of another, or a piece of the other in the midst of the one."""
    pieces, more = seed.parts.pieces(seed.content), other.parts.pieces(other.content)
    place = chance.randint(1, len(pieces))
    match chance.randrange(3):
        case 0:
            return b"".join(pieces[:place] + more[chance.randrange(len(more)):])
        case 1:
            return b"".join([*pieces[:place], chance.choice(more), *pieces[place:]])
        case _:
            cut = chance.randrange(1, len(seed.content))
            return seed.content[:cut] + other.content[chance.randrange(len(other.content)):]


STRUCTURAL: tuple[Mutation, ...] = (sizes, lengths, doubled, swapped, dropped, spliced)
MUTATIONS: tuple[Mutation, ...] = (bits, bits, overwritten, overwritten, sizes, sizes, *STRUCTURAL)


def mutated(seed: Seed, seeds: list[Seed], chance: Chance) -> tuple[str, bytes]:
    """One mutation or two, and its name."""
    # A piece of the same format is read more often than a foreign one.
    kin = [each for each in seeds if each.content[:3] == seed.content[:3]]
    other = chance.choice(kin if chance.random() < 0.8 else seeds)
    mutation = chance.choice(MUTATIONS)
    name, data = mutation.__name__, mutation(seed, other, chance)
    if mutation in STRUCTURAL and data and chance.random() < 0.2:
        second = chance.choice((bits, overwritten))
        name, data = f"{name}-{second.__name__}", second(Seed(seed.name, data, seed.parts), other, chance)
    return name, repaired(data, chance, always=mutation is sizes)


def repaired(data: bytes, chance: Chance, always: bool) -> bytes:
    """What a format checks first is mostly made right, so that the rest is read at all."""
    if not always and chance.random() < 0.3:
        return data
    if data.startswith(PNG_START):
        return png_with_right_sums(data)
    if data.startswith(b"RIFF") and len(data) > 12 and not always:
        return webp_with_right_length(data)
    return data


def cut(seed: Seed, percent: int) -> bytes:
    return seed.content[:max(1, len(seed.content) * percent // 100)]
