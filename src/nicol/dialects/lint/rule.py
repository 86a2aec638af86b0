"""What a rule about scripts is: a sentence with a code, what may happen where it does not hold, and the safe way."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from nicol.dialects.lint import deeds as d
from nicol.dialects.lint.known import Known
from nicol.dialects.lint.level import Level
from nicol.dialects.lint.reading import Doing
from nicol.dialects.statements import Placed, Token

D = TypeVar("D")


@dataclass(frozen=True, slots=True)
class Act:
    """A deed at its place: the number of its statement, and that of the transaction in which the statement runs."""

    deed: d.Deed
    start: int
    end: int
    statement: int
    transaction: int


@dataclass(frozen=True)
class Script:
    """A script as the rules judge it.

    `before` and `after`: what is known of the database around it. `later`: what the scripts behind it do. `text` is
    the script itself; tokens and acts have their places in it.
    """

    text: str
    parts: tuple[Placed, ...]
    acts: tuple[Act, ...]
    before: Known = field(default_factory=Known)
    after: Known = field(default_factory=Known)
    later: tuple[d.Deed, ...] = ()

    def each(self, kind: type[D]) -> Iterator[tuple[Act, D]]:
        """The acts that do one kind of thing."""
        for act in self.acts:
            if isinstance(act.deed, kind):
                yield act, act.deed

    @cached_property
    def _made(self) -> tuple[tuple[int, str, bool], ...]:
        """Where tables begin (true) and cease (false) to be ones that this script has made, in order."""
        found: list[tuple[int, str, bool]] = []
        fresh: set[str] = set()
        for act in self.acts:
            if isinstance(act.deed, d.CreateTable):
                found.append((act.start, act.deed.table.key, True))
            elif isinstance(act.deed, d.RenameTable):
                found.append((act.start, act.deed.new.key, act.deed.table.key in fresh))
            else:
                continue
            (fresh.add if found[-1][2] else fresh.discard)(found[-1][1])
        return tuple(found)

    def is_new(self, table: str, act: Act) -> bool:
        """True for a table that the script has made before an act: nobody reads or writes it yet."""
        states = [new for start, key, new in self._made if key == table and start < act.start]
        return bool(states) and states[-1]

    def new_columns(self, table: str, act: Act) -> dict[str, d.Column]:
        """The columns that the script has added to a table before an act."""
        return {
            deed.column.name.key: deed.column
            for other, deed in self.each(d.AddColumn)
            if deed.table.key == table and other.start < act.start
        }

    def former(self, table: str, columns: tuple[str, ...], act: Act) -> tuple[str, tuple[str, ...]]:
        """What a table and columns of it that stand before an act were called before the script."""
        for other in reversed([each for each in self.acts if each.start < act.start]):
            match other.deed:
                case d.RenameTable(table=old, new=new) if new.key == table:
                    table = old.key
                case d.RenameColumn(table=place, column=old, new=new) if place.key == table:
                    columns = tuple(old.key if each == new.key else each for each in columns)
                case _:
                    pass
        return table, columns

    @cached_property
    def rebuilds(self) -> tuple[Rebuild, ...]:
        """The tables that the script makes anew under another name, fills, drops and renames."""
        return tuple(_rebuilds(self))

    def is_rebuilt(self, table: str) -> bool:
        """True for a table that is dropped only to be made anew."""
        return any(each.table == table for each in self.rebuilds)


@dataclass(frozen=True, slots=True)
class Rebuild:
    """A table made anew: its new form, what fills it (None: nothing), and the acts that drop the old and rename the new one."""

    table: str
    shown: str
    made: d.CreateTable
    copy: d.Insert | None
    drop: Act
    rename: Act


def _rebuilds(script: Script) -> Iterator[Rebuild]:
    made = {deed.table.key: deed for _, deed in script.each(d.CreateTable)}
    for rename, deed in script.each(d.RenameTable):
        drops = [
            act
            for act, drop in script.each(d.Drop)
            if drop.kind == "TABLE"
            and act.start < rename.start
            and deed.new.key in {n.key for n in drop.names}
        ]
        if deed.table.key in made and drops:
            copies = [
                insert
                for act, insert in script.each(d.Insert)
                if insert.table.key == deed.table.key
                and act.start < rename.start
                and deed.new.key in insert.sources
            ]
            yield Rebuild(
                deed.new.key,
                deed.new.shown,
                made[deed.table.key],
                copies[0] if copies else None,
                drops[-1],
                rename,
            )


@dataclass(frozen=True, slots=True)
class Problem:
    """A place where a rule does not hold: characters `start` to `end` of the script. `help`: the way out, here."""

    message: str
    start: int
    end: int
    help: str | None = None


def at(place: Act | d.Name | d.Constraint | Token, message: str, help: str | None = None) -> Problem:  # noqa: A002
    """A problem with an act, a name, a constraint or a token."""
    return Problem(message, place.start, place.end, help)


Check = Callable[[Script], Iterator[Problem]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its code, its usual level, its sentence, what may happen (`harm`), the safe way (`way`), and its check."""

    code: str
    level: Level
    sentence: str
    harm: str
    way: str
    check: Check


def rule(code: str, level: Level) -> Callable[[Check], Rule]:
    """Make a rule of a check, whose docstring has three paragraphs: the sentence, what may happen, and the safe way."""

    def made(check: Check) -> Rule:
        sentence, harm, way = (
            " ".join(paragraph.split()) for paragraph in inspect.cleandoc(check.__doc__ or "").split("\n\n")
        )
        return Rule(code, level, sentence, harm, way, check)

    return made


def acts_of(
    parts: tuple[Placed, ...],
    doings: Callable[[tuple[Token, ...]], tuple[Doing, ...]],
    alone: Callable[[tuple[Token, ...]], bool],
) -> tuple[Act, ...]:
    """What the statements do. A statement that stands alone ends one transaction and begins another."""
    found: list[Act] = []
    transaction = 0
    for number, part in enumerate(parts):
        if not part.tokens:
            continue
        lonely = alone(part.tokens)
        transaction += lonely
        found += [Act(each.deed, each.start, each.end, number, transaction) for each in doings(part.tokens)]
        transaction += lonely
    return tuple(found)
