"""A trace as sentences in the reader's language: what a clinician can follow, and check, without reading code."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from babel.numbers import format_decimal

from app.wording import Wording
from questionnaires.definition import Questionnaire
from questionnaires.translations import Text
from scoring.rounding import published
from scoring.rules import ChangeSize, ScoreKind
from scoring.score import Exact, NotScored, Number, State
from scoring.trace import Trace, TracedInput

_PERCENT = ("percent_loss", "percent_gain")
_SHOWN_DECIMALS = 6
"""Exact fractions are shown to so many decimals; the trace itself keeps them exact."""


def score_in_words(trace: Trace, questionnaire: Questionnaire, text: Text | None, wording: Wording) -> tuple[str, ...]:
    """What came out, from which answers, by which arithmetic, and where the rule comes from: one sentence each.

    `text` gives the questionnaire's own words; without it (wording that a centre has not loaded) names stand instead.
    """
    return tuple(_Sentences(trace, questionnaire, text, wording).all())


class _Sentences:
    def __init__(self, trace: Trace, questionnaire: Questionnaire, text: Text | None, wording: Wording) -> None:
        self.trace = trace
        self.questionnaire = questionnaire
        self.text = text
        self.wording = wording

    def say(self, key: str, **parts: object) -> str:
        return self.wording.say(f"explain.{key}", **parts)

    def number(self, value: Exact | Decimal) -> str:
        shown: Number = value if isinstance(value, Decimal) else published(value, _SHOWN_DECIMALS)
        return str(format_decimal(shown, format="#,##0.######", locale=self.wording.language))

    def band(self, band: str) -> str:
        """The service's word for a band; a band that only a centre's own instrument has stays as it is written."""
        return self.wording.words.get(f"band.{band}", band.replace("_", " "))

    def all(self) -> Iterator[str]:
        yield self.result()
        for source in self.trace.inputs:
            yield self.input(source)
        if not isinstance(self.trace.result, NotScored):
            yield self.arithmetic()
        yield from self.missing_data()
        yield from self.meaning()
        yield from self.sources()

    def result(self) -> str:
        words = self.text.score_name(self.trace.name, self.trace.rule.concept) if self.text else None
        name = words or self.trace.name
        result = self.trace.result
        if isinstance(result, NotScored):
            return self.say("not_scored", score=name, reason=self.say(f"reason_{result.reason.value}"))
        if isinstance(result, State):
            return self.say("state", score=name, value=result.code)
        value = self.number(result.value)
        if self.trace.band is None:
            return self.say("scored", score=name, value=value)
        return self.say("scored_band", score=name, value=value, band=self.band(self.trace.band))

    def input(self, source: TracedInput) -> str:
        name, item = f"{source.name}:", self.questionnaire.item(source.name)
        if self.text is not None:
            names = self.text.scores if source.is_score else self.text.items
            name = names.get(source.name, name)
        if source.absence is not None:
            reason = self.say(f"reason_{source.absence.value}")
            if source.imputed and source.used is not None:
                return self.say("input_imputed", input=name, reason=reason, used=self.number(source.used))
            return self.say("input_absent", input=name, reason=reason)
        assert source.number is not None, "an input without a number says why it is absent"
        # Of a score the exact value is used, which decides at the edge of a table: it is the one to be shown.
        number = self.number(source.used if source.is_score and source.used is not None else source.number)
        if self.text is not None and item is not None and source.answer is not None and item.options:
            words = self.text.option(item, source.answer)
            if words is not None:
                number = self.say("answer", answer=words, number=number)
        if source.band is not None:
            number = self.say("banded", number=number, band=self.band(source.band))
        if not source.is_reversed or source.used is None:
            return self.say("input", input=name, number=number)
        ends = {"low": self.number(source.low), "high": self.number(source.high)}
        return self.say("input_reversed", input=name, number=number, used=self.number(source.used), **ends)

    def arithmetic(self) -> str:
        rule, used = self.trace.rule, [source.used for source in self.trace.inputs if source.used is not None]
        terms = [self.number(value) for value in used]
        result, exact = self.trace.result, self.trace.exact
        steps = [self.step(row[-1]) for row in self.trace.rows if row[-1] != "0"]
        quotient = self.quotient(used)
        sentence = self.say(
            self.operator(steps),
            value=result.code if isinstance(result, State) else self.number(exact or 0),
            terms=" + ".join(terms),
            list=", ".join(terms),
            count=len(terms),
            first=terms[0],
            second=terms[-1],
            mean=self.number(Fraction(sum(used)) / len(used)),
            low=self.number(min(source.low for source in self.trace.inputs)),
            high=self.number(max(source.high for source in self.trace.inputs)),
            at_least=self.number(rule.at_least) if rule.at_least is not None else "",
            start=self.number(rule.start) if rule.start is not None else "",
            steps=" ".join(steps),
            table=rule.table or "",
            quotient=self.number(quotient),
        )
        if rule.operator in _PERCENT and quotient < 0:
            return f"{sentence} {self.say('below_zero')}"
        if exact is None or rule.decimals is None or published(exact, rule.decimals) == exact:
            return sentence
        return f"{sentence} {self.say('rounded', decimals=rule.decimals)}"

    def operator(self, steps: Sequence[str]) -> str:
        """The key of the operator's sentence: a turned answer, and an index without any step, have their own."""
        operator = self.trace.rule.operator
        if operator == "value" and self.trace.inputs[0].is_reversed:
            return "operator_value_reversed"
        return "operator_value_set_start" if operator == "value_set" and not steps else f"operator_{operator}"

    def quotient(self, used: Sequence[Exact]) -> Exact:
        """The percentage before what is below 0 counts as 0; 0 for any other operator."""
        if self.trace.rule.operator not in _PERCENT:
            return 0
        now, baseline = used
        change = Fraction(now - baseline) / baseline * 100
        return change if self.trace.rule.operator == "percent_gain" else -change

    def step(self, written: str) -> str:
        """What one level of a value set adds, with its sign."""
        step = Decimal(written)
        return f"{'-' if step < 0 else '+'} {self.number(abs(step))}"

    def missing_data(self) -> Iterator[str]:
        count = len(self.trace.inputs)
        if count > 1:
            yield self.say(f"policy_{self.trace.policy}", needed=self.trace.needed, count=count)
        beside = self.trace.beside
        if beside is not None:
            yield self.say("share", needed=beside.needed, of=beside.of, answered=beside.answered)

    def meaning(self) -> Iterator[str]:
        rule = self.trace.rule
        if rule.kind is not ScoreKind.STATE:
            low, high = (self.number(end) for end in rule.range)
            yield self.say(f"direction_{rule.higher_is.value}", low=low, high=high)
        if rule.kind is ScoreKind.COMPOSITE_GRADE:
            yield self.say("composite")
        if rule.ctcae_version is not None:
            yield self.say("pre_grade", version=rule.ctcae_version)
        change = rule.meaningful_change
        if change is not None:
            improved, worsened = self.number(change.improved), self.number(change.worsened)
            yield self.say("change", improved=improved, worsened=worsened)
            if change.sizes:
                yield self.say("sizes", list=", ".join(self.size(size) for size in change.sizes))

    def size(self, size: ChangeSize) -> str:
        """From how many units on a change is called so."""
        word = self.wording.words.get(f"explain.size_{size.size}", size.size.replace("_", " "))
        if size.at_least is not None:
            return self.say("size_at_least", size=word, start=self.number(size.at_least))
        return self.say("size_above", size=word, start=self.number(size.above or 0))

    def sources(self) -> Iterator[str]:
        references = (self.trace.reference, self.trace.bands_reference, self.trace.change_reference)
        for reference in dict.fromkeys(reference for reference in references if reference is not None):
            doi = f" doi:{reference.doi}" if reference.doi else ""
            yield self.say("source", citation=f"{reference.citation}{doi}")
        trace = self.trace
        yield self.say("versions", questionnaire=trace.questionnaire, scoring=trace.scoring_version)
