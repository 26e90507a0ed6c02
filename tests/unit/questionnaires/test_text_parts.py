"""The parts of a questionnaire that take words."""

from questionnaires.definition import AnswerOption, ItemType
from questionnaires.text_parts import Kind, Part, parts_of
from tests.support.questionnaires import choice, group, item, questionnaire

SEVERITY = (AnswerOption("0"), AnswerOption("1"))
PAIN = choice("pain", option_set="severity", options=SEVERITY, concept="pain")
COUGH = choice("cough", option_set="severity", options=SEVERITY, concept="cough")
AGAIN = choice("again", "yes", "no", concept="pain")
ASKED = questionnaire(group("all", PAIN, COUGH, AGAIN), item("thanks", ItemType.DISPLAY))


def test_every_part_comes_once_and_in_the_order_of_the_document() -> None:
    assert parts_of((ASKED,), ("pain_score",)) == (
        Part(Kind.TITLE),
        Part(Kind.INTRODUCTION),
        Part(Kind.ITEM, "all"),
        Part(Kind.HELP, "all"),
        Part(Kind.ITEM, "pain"),
        Part(Kind.HELP, "pain"),
        Part(Kind.ITEM, "cough"),
        Part(Kind.HELP, "cough"),
        Part(Kind.ITEM, "again"),
        Part(Kind.HELP, "again"),
        Part(Kind.OPTION, "again", "yes"),
        Part(Kind.OPTION, "again", "no"),
        Part(Kind.ITEM, "thanks"),
        Part(Kind.OPTION_SET, "severity", "0"),
        Part(Kind.OPTION_SET, "severity", "1"),
        Part(Kind.CONCEPT, "pain"),
        Part(Kind.CONCEPT, "cough"),
        Part(Kind.SCORE, "pain_score"),
    )


def test_several_versions_share_what_they_share() -> None:
    newer = questionnaire(group("all", PAIN, item("words", ItemType.TEXT)))
    added = set(parts_of((ASKED, newer), ())) - set(parts_of((ASKED,), ()))
    assert added == {Part(Kind.ITEM, "words"), Part(Kind.HELP, "words")}
