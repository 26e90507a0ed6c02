"""Completed forms: every question of the pre-consultation questionnaire answered, differently each time."""

import random
from typing import Any

import orjson

from bench.load import NOW
from questionnaires.definition import Attribute, Item, Questionnaire

INSTRUMENT = "pre-consultation"
_LEVELS, _WEIGHTS = (1, 2, 3, 4), (60, 25, 10, 5)
_OWN_WORDS = "Je n’arrive plus à manger le matin. Est-ce que l’on peut changer l’heure du traitement ? Merci d’avance."


def full_answers(questionnaire: Questionnaire, seed: int) -> dict[str, Any]:
    """Answers to all questions. No lead is "0", so that branching hides nothing: the longest form there is."""
    chance = random.Random(seed)
    answers = {item.link_id: _level(item, chance) for item in questionnaire.questions if item.attribute}
    return answers | {
        "treatment-tolerance": str(chance.choice(_LEVELS)),
        "quality-of-life": chance.randint(3, 9),
        "topics": ["eating", "side_effects", "sleep"],
        "topics-own-words": _OWN_WORDS,
        "can-wait": "yes",
    }


def submission_body(questionnaire: Questionnaire, seed: int) -> bytes:
    """The JSON of a submission; the load generator writes the time of sending into it."""
    return orjson.dumps(
        {
            "questionnaire": questionnaire.instrument,
            "version": questionnaire.version,
            "language": "fr",
            "authored": NOW.decode(),
            "sent_at": NOW.decode(),
            "answers": full_answers(questionnaire, seed),
        }
    )


def _level(item: Item, chance: random.Random) -> str:
    level = chance.choices(_LEVELS, _WEIGHTS)[0]
    if item.attribute is Attribute.PRESENCE:
        return "1"
    return str(level - 1 if item.enable_when else level)
