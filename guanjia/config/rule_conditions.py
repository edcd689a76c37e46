"""The conditions of one rule, read; and what is given for names that they don't speak of."""

from collections.abc import Iterator, Mapping

from guanjia.config.document import Path
from guanjia.config.written import Written
from model.mistake import Mistake
from model.wording import nearest
from rules.errors import ConditionError
from rules.syntax import Formula, limited_names, parse

Formulas = Mapping[Path, Formula]


def formulas_of(one: Written) -> tuple[dict[Path, Formula], list[Mistake]]:
    """Every condition that can be read, by where it stands, and what is wrong with the others."""
    formulas: dict[Path, Formula] = {}
    mistakes: list[Mistake] = []
    for path, text in one.conditions().items():
        try:
            formulas[path] = parse(text)
        except ConditionError as error:
            mistakes.append(one.within(path, (error.line, error.column), error.message))
    return formulas, mistakes


def name_mistakes(one: Written, formulas: Formulas) -> Iterator[tuple[str, Mistake]]:
    """Units, deadbands and parameters for names no condition speaks of, each with the name that was meant or is itself wrong."""
    spoken = frozenset[str]().union(*(formula.spoken for formula in formulas.values()))
    for key, names in (("units", one.entry.units), ("params", one.entry.params)):
        for name in names:
            if name not in spoken:
                other = nearest(name, spoken) or ""
                yield other, one.mistake((key, name), f"the condition does not speak of '{name}'{_or_other(other, 'of ')}")
    limited = frozenset[str]().union(*(limited_names(formula) for path, formula in formulas.items() if path != ("clear_when",)))
    for name in one.entry.deadband:
        if name not in limited:
            other = nearest(name, limited) or ""
            yield other, one.mistake(("deadband", name), f"'when' does not compare '{name}' with a limit (< or >){_or_other(other)}")


def _or_other(other: str, of: str = "") -> str:
    """Which of the two is misspelt only the device can tell."""
    return f", but {of}'{other}'; write the same name in both" if other else "; remove it"
