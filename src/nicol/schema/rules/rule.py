"""What a rule is: a sentence that holds in every valid schema, with one code, and a function that finds where it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from nicol.diagnostics import Diagnostic, Edit, Remark, Severity, Span
from nicol.schema.bound import Binding, BoundField, BoundKey, BoundModel
from nicol.schema.provider import Provider
from nicol.schema.settings import build_datasource, preview_features


@dataclass(frozen=True, slots=True)
class Case:
    """What the rules judge: a binding, and the database that it is for, where that is known."""

    binding: Binding
    provider: Provider | None

    def fields(self) -> Iterator[BoundField]:
        """The fields of all models."""
        for model in self.binding.models.values():
            yield from model.fields.values()

    def model_keys(self) -> Iterator[tuple[BoundModel, BoundKey]]:
        """The ids, uniques and indexes of all models, each with its model."""
        for model in self.binding.models.values():
            for key in model.keys:
                yield model, key

    @property
    def emulates(self) -> bool:
        """True when there are to be no foreign keys (`relationMode = "prisma"`)."""
        source = self.binding.datasource
        return source is not None and build_datasource(source).relation_mode == "prisma"

    @property
    def flags(self) -> frozenset[str]:
        """The preview features that some generator asks for."""
        return preview_features(self.binding.documents)


@dataclass(frozen=True, slots=True)
class Problem:
    """A place where a rule does not hold. `fix`: the edits that do what `help` says; `related`: other places it is about."""

    message: str
    span: Span
    help: str | None = None
    severity: Severity = Severity.ERROR
    fix: tuple[Edit, ...] = ()
    related: tuple[Remark, ...] = ()


Check = Callable[[Case], Iterator[Problem]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the book: its code, its sentence and its check."""

    code: str
    sentence: str
    check: Check

    def judge(self, case: Case) -> Iterator[Diagnostic]:
        """A finding for each place where the rule does not hold."""
        for problem in self.check(case):
            yield Diagnostic(
                self.code,
                problem.message,
                problem.span,
                problem.severity,
                problem.help,
                problem.fix,
                problem.related,
            )


def rule(code: str) -> Callable[[Check], Rule]:
    """Make a rule of a check; the check's docstring is its sentence."""
    return lambda check: Rule(code, (check.__doc__ or "").strip(), check)
