"""Where time goes inside functions that know nothing of it: each is wrapped, and pays only for what is its own."""

import functools
import importlib
import inspect
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

Label = str | Callable[..., str]


@dataclass(slots=True)
class Span:
    """What one label cost in all, less what was spent in labels inside it."""

    calls: int = 0
    wall_ns: int = 0
    cpu_ns: int = 0


@dataclass(slots=True)
class Spans:
    """The costs by label. For one task at a time: while it waits for PostgreSQL nothing else may run."""

    found: dict[str, Span] = field(default_factory=dict)
    _inside: list[list[int]] = field(default_factory=list)

    @contextmanager
    def installed(self, targets: Iterable[tuple[str, Label]]) -> Iterator[None]:
        """Wrap `module:name` and `module:Class.name` for as long as the block runs."""
        with ExitStack() as undo:
            for target, label in targets:
                module, _, path = target.partition(":")
                *owners, name = path.split(".")
                owner: Any = functools.reduce(getattr, owners, importlib.import_module(module))
                original = getattr(owner, name)
                setattr(owner, name, self._wrapped(original, label))
                undo.callback(setattr, owner, name, original)
            yield

    @contextmanager
    def span(self, label: str) -> Iterator[None]:
        """Time a block."""
        self._inside.append([0, 0])
        wall, cpu = time.perf_counter_ns(), time.process_time_ns()
        try:
            yield
        finally:
            wall, cpu = time.perf_counter_ns() - wall, time.process_time_ns() - cpu
            inner_wall, inner_cpu = self._inside.pop()
            one = self.found.setdefault(label, Span())
            one.calls += 1
            one.wall_ns += wall - inner_wall
            one.cpu_ns += cpu - inner_cpu
            if self._inside:
                self._inside[-1][0] += wall
                self._inside[-1][1] += cpu

    def _wrapped(self, original: Callable[..., Any], label: Label) -> Callable[..., Any]:
        def name(*args: Any, **kwargs: Any) -> str:
            return label if isinstance(label, str) else label(*args, **kwargs)

        @functools.wraps(original)
        async def asynchronous(*args: Any, **kwargs: Any) -> Any:
            with self.span(name(*args, **kwargs)):
                return await original(*args, **kwargs)

        @functools.wraps(original)
        def synchronous(*args: Any, **kwargs: Any) -> Any:
            with self.span(name(*args, **kwargs)):
                return original(*args, **kwargs)

        return asynchronous if inspect.iscoroutinefunction(original) else synchronous
