"""How long everything is measured."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """The lengths of a run. `count` bounds every load besides its time."""

    patients: int
    rounds: int
    submit_s: float
    synthesis_s: float
    fhir_s: float
    warm_up_s: float
    tokens_per_patient: int
    in_process: int
    batch_rows: int
    batch_rounds: int
    others: tuple[int, int]
    page_rounds: int
    pages_a_round: int
    count: int = 100_000
    cores: int = os.cpu_count() or 1


FULL = Plan(
    patients=200,
    rounds=3,
    submit_s=4,
    synthesis_s=3,
    fhir_s=3,
    warm_up_s=2,
    tokens_per_patient=80,
    in_process=300,
    batch_rows=200_000,
    batch_rounds=20,
    others=(10_000, 1_000_000),
    page_rounds=6,
    pages_a_round=25,
)
QUICK = Plan(
    patients=20,
    rounds=1,
    submit_s=1,
    synthesis_s=0.5,
    fhir_s=1,
    warm_up_s=0.5,
    tokens_per_patient=50,
    in_process=30,
    batch_rows=20_000,
    batch_rounds=3,
    others=(1_000, 10_000),
    page_rounds=2,
    pages_a_round=5,
)
