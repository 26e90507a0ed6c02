"""Sending many requests at the same time."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio

T = TypeVar("T")


async def at_once(count: int, send: Callable[[int], Awaitable[T]]) -> list[T]:
    """What `send` gave for 0, 1, 2 ..., all of them under way together."""
    given: dict[int, T] = {}

    async def one(number: int) -> None:
        given[number] = await send(number)

    async with anyio.create_task_group() as tasks:
        for number in range(count):
            tasks.start_soon(one, number)
    return [given[number] for number in range(count)]
