"""One contender, one round: how many requests, how fast, and whose CPU it took. Medians over rounds."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Self

from bench import cpu
from bench.load import Load


@dataclass(frozen=True, slots=True)
class Measure:
    """The figures of one round, or the medians of several. CPU in milliseconds a request; `refused` with 503.

    `others_percent` is the share of the machine that neither this contender, PostgreSQL nor the load generator used:
    a round with much of it says little.
    """

    requests: float
    refused: float
    per_second: float
    p50_ms: float
    p99_ms: float
    python_ms: float
    postgres_ms: float
    load_ms: float
    others_percent: float

    @classmethod
    def median(cls, rounds: Sequence[Self]) -> Self:
        """Each figure's median."""
        return cls(*(statistics.median(getattr(one, field.name) for one in rounds) for field in fields(cls)))


def median_ratio(ours: Sequence[Measure], floors: Sequence[Measure]) -> float:
    """Our requests a second as a share of the floor's: the median of the ratios within a round.

    The machine was most alike there.
    """
    pairs = zip(ours, floors, strict=True)
    ratios = sorted(one.per_second / floor.per_second for one, floor in pairs)
    return ratios[len(ratios) // 2]


def measured(python_pid: int | None, postgres_pid: int, cores: int, work: Callable[[], Load]) -> Measure:
    """Do the work and see what it cost. `python_pid` None: the work asks PostgreSQL directly."""

    def clocks() -> tuple[float, float, float]:
        return cpu.used_by(python_pid) if python_pid else 0.0, cpu.used_by(postgres_pid), cpu.busy_machine()

    before = clocks()
    load = work()
    python, postgres, machine = (after - start for after, start in zip(clocks(), before, strict=True))
    ordered = sorted(load.latencies_ms)
    per_request = 1000 / load.requests
    return Measure(
        requests=load.requests,
        refused=load.refused,
        per_second=load.requests / load.seconds,
        p50_ms=ordered[len(ordered) // 2],
        p99_ms=ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)],
        python_ms=python * per_request,
        postgres_ms=postgres * per_request,
        load_ms=load.cpu_s * per_request,
        others_percent=max(0.0, machine - python - postgres - load.cpu_s) / (load.seconds * cores) * 100,
    )
