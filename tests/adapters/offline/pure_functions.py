"""Thirty functions and classes in the manner of the standard library, for tests to be generated for."""

from __future__ import annotations

import asyncio
import enum
import functools
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

LIMIT = 10


def clamp(value: int, low: int = 0, high: int = LIMIT) -> int:
    if low > high:
        raise ValueError("low is above high")
    return max(low, min(value, high))


def add(a: int, b: int = 2) -> int:
    """Add two numbers.

    >>> add(1, 2)
    3
    >>> add(1)
    3
    """
    return a + b


def slug(title: str, separator: str = "-") -> str:
    """Make a slug.

    >>> slug("A b")
    'a-b'
    >>> slug(None)
    Traceback (most recent call last):
        ...
    AttributeError: 'NoneType' object has no attribute 'lower'
    """
    return separator.join(title.lower().split())


def mean(values: list[float]) -> float:
    if not values:
        raise ValueError("no values")
    return sum(values) / len(values)


def fibonacci(n: int) -> int:
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


def gcd(a: int, b: int) -> int:
    while b:
        a, b = b, a % b
    return abs(a)


def initials(name: str) -> str:
    return "".join([part[0].upper() for part in name.split() if part])


def invert(pairs: dict[str, int]) -> dict[int, str]:
    result = {}
    for key, value in pairs.items():
        result[value] = key
    return result


def is_even(n: int) -> bool:
    return n % 2 == 0


def first(items: list[int], default: int | None = None) -> int | None:
    return items[0] if items else default


def greet(name: str, *, polite: bool = False) -> str:
    return f"Dear {name}" if polite else f"Hi {name}"


def nothing() -> None:
    return None


def version() -> str:
    return "1." + str(LIMIT)


def shout(words: str) -> None:
    """Print loudly.

    >>> shout("hi")
    HI!
    """
    print(words.upper() + "!")


def count_down(start: int) -> Iterator[int]:
    """Count.

    >>> list(count_down(2))
    [2, 1]
    >>> for number in count_down(1):
    ...     print(number)
    1
    """
    while start:
        yield start
        start -= 1


def unannotated(x, y):
    return x + y


def reads(path: str) -> str:
    with open(path) as file:
        return file.read()


def roll(sides: int = 6) -> int:
    return random.randint(1, sides)


def forever(n: int) -> int:
    while True:
        n += 1


def huge(n: int) -> int:
    return 2 ** (n + 10**9)


def own_error(n: int) -> int:
    if n > -100:
        raise OwnError("no")
    return n


def implicit(items: list[int]) -> int:
    return items[99]


def uses_doctest_options() -> object:
    """Show an address.

    >>> uses_doctest_options()  # doctest: +ELLIPSIS
    <object object at ...>
    """
    return object()


@functools.cache
def cached(n: int) -> int:
    return n * 2


@contextmanager
def managed(name: str) -> Iterator[str]:
    yield name


async def later(n: int) -> int:
    await asyncio.sleep(0)
    return n


def outer() -> object:
    def inner() -> int:
        return 1

    return inner


class OwnError(ValueError):
    pass


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


@dataclass
class Point:
    x: int
    y: int = 0
    label: str | None = None

    def moved(self, dx: int) -> Point:
        return Point(self.x + dx, self.y)

    @property
    def length(self) -> float:
        return (self.x**2 + self.y**2) ** 0.5

    @classmethod
    def origin(cls) -> Point:
        return cls(0)

    @staticmethod
    def parse(text: str) -> Point:
        return Point(int(text))


class Stack:
    """A stack.

    >>> stack = Stack()
    >>> stack.push(3)
    >>> stack.push(4)
    >>> stack.pop()
    4
    >>> stack.items == [3]
    True
    """

    def __init__(self) -> None:
        self.items: list[int] = []

    def push(self, item: int) -> None:
        self.items.append(item)

    def pop(self) -> int:
        return self.items.pop()


if LIMIT > 5:

    def conditional() -> int:
        return 1


def open(name: str) -> str:
    return name
