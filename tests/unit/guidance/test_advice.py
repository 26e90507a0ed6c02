import pytest

from guidance.advice import AdviceRef


@pytest.mark.parametrize("text", ["nausea@1", "numbness-tingling@12", "a_b-3@999999999"])
def test_a_canonical_form_names_its_advice(text: str) -> None:
    assert str(AdviceRef.parse(text)) == text


def test_its_parts_are_the_concept_and_the_version() -> None:
    assert AdviceRef.parse("hand-foot@3") == AdviceRef("hand-foot", 3)


@pytest.mark.parametrize(
    "text", ["", "nausea", "nausea@", "@1", "nausea@0", "nausea@01", "nausea@-1", "nausea@x", "Nausea@1", "nausea@1\n"]
)
def test_no_other_text_is_one(text: str) -> None:
    with pytest.raises(ValueError, match=r"^advice is named by its concept and version: concept@1$"):
        AdviceRef.parse(text)
