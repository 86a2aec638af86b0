"""Renames on the way to a plan: what the schema and the command line tell of them, and what has to be asked.

Nothing that looks renamed is dropped unasked: where nobody can be asked, the act stops and names the flags.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from nicol.catalog import Catalog
from nicol.dialects import changes as c
from nicol.dialects.dialect import Dialect
from nicol.errors import ConfigurationError, MigrationError
from nicol.migrate.history import Migration
from nicol.migrate.likely import Likely, likely_parts, likely_tables
from nicol.migrate.renames import Former, renamed
from nicol.migrate.wishes import Met, Unmet, Wish, meet, parse_wish, wishes_of
from nicol.ops.questions import Question, Questioner, Unanswered
from nicol.schema.schema import EnumRef, Model, Schema
from nicol.sql.quoting import quote, quote_text


@dataclass(frozen=True, slots=True)
class Said:
    """What the command line says of renames: those that are some (`User.name=fullName`), and things that really go."""

    renames: tuple[Wish, ...] = ()
    drops: frozenset[str] = frozenset()


NOTHING_SAID = Said()


def said(renames: Sequence[str], drops: Sequence[str]) -> Said:
    """Read the values of `--rename` and `--no-rename`."""
    wishes: list[Wish] = []
    for text in renames:
        wish = parse_wish(text)
        if wish is None:
            raise ConfigurationError(
                f"--rename {text} names no rename",
                help="write it as User=Account (a model or enum), User.name=fullName (a field) or Role.USER=MEMBER (a value)",
            )
        wishes.append(wish)
    return Said(tuple(wishes), frozenset(drops))


def always(_: Sequence[c.Rename]) -> bool:
    """Ask whatever looks renamed."""
    return True


def never_made(_: c.RewriteValue) -> bool:
    """No value was rewritten before."""
    return False


@dataclass(slots=True)
class Renaming:
    """The renames of one act on all its databases; an answer for the first one serves the others.

    `made` tells of a rewritten value that leaves no trace in a catalog whether that was done already. `worth` tells, from the
    renames so far, whether anything is lost without more of them. `questioner` None: nothing is asked, and what looks renamed
    is remarked.
    """

    schema: Schema
    said: Said = field(default_factory=Said)
    questioner: Questioner | None = None
    made: Callable[[c.RewriteValue], bool] = never_made
    worth: Callable[[Sequence[c.Rename]], bool] = always
    remarks: list[str] = field(default_factory=list[str])
    answered: list[Wish] = field(default_factory=list[Wish])
    dropped: set[str] = field(default_factory=set[str])

    def between(self, before: Catalog, after: Catalog, dialect: Dialect) -> tuple[c.Rename, ...]:
        """The renames that lead from one catalog towards another, which is that of the schema."""
        found = self._meet(before, after, dialect)
        for likely in (likely_tables, likely_parts):
            if guesses := self._open(likely(renamed(before, found), after), found):
                if self.questioner is None:
                    self._remark(
                        f"{_called(guess)} looks renamed; --rename {guess.pair} keeps it" for guess in guesses
                    )
                elif self.worth(found):
                    self._ask(guesses, self.questioner)
                    found = self._meet(before, after, dialect)
        return found

    def _meet(self, before: Catalog, after: Catalog, dialect: Dialect) -> tuple[c.Rename, ...]:
        flags = {(wish.owner, wish.old, wish.new) for wish in self.said.renames}
        noted = [wish for wish in wishes_of(self.schema) if (wish.owner, wish.old, wish.new) not in flags]
        wishes = (*noted, *self.said.renames, *self.answered)
        found = meet(wishes, self.schema, dialect, before, after)
        _refuse_unmet(found)
        if before.tables:
            self._remark(_remark_of(each) for each in found.unmet if each.done or not each.wish.flag)
        former = Former(found.renames)
        return tuple(each for each in found.renames if not self._is_made(each, found, former))

    def _is_made(self, rename: c.Rename, found: Met, former: Former) -> bool:
        """Asked in the names that the database still knows."""
        if not isinstance(rename, c.RewriteValue) or rename not in found.untraced:
            return False
        column = former.column(rename.table, rename.column)
        return self.made(replace(rename, table=former.table(rename.table), column=column))

    def _remark(self, sentences: Iterable[str]) -> None:
        self.remarks += [each for each in dict.fromkeys(sentences) if each not in self.remarks]

    def _open(self, guesses: Iterable[Likely], found: Iterable[c.Rename]) -> list[Likely]:
        """What nobody has spoken of yet, in the schema's names; values that are rewritten are still in the old conditions."""
        rewritten = {
            (f"{each.table.name}.{each.column}", each.before)
            for each in found
            if isinstance(each, c.RewriteValue)
        }
        spoken = [
            _spoken(guess, self.schema) for guess in guesses if (guess.owner, guess.old) not in rewritten
        ]
        named = {guess.gone: guess for guess in spoken}
        return [guess for name, guess in named.items() if name not in self.said.drops | self.dropped]

    def _ask(self, guesses: Sequence[Likely], questioner: Questioner) -> None:
        silent: list[Likely] = []
        for guess in guesses:
            try:
                chosen = next(
                    (each for each in self._choices(guess) if questioner.confirm(_question(each))), None
                )
            except Unanswered:
                silent.append(guess)
                continue
            if chosen is not None:
                self.answered.append(Wish(chosen.old, chosen.new, chosen.owner))
            else:
                self.dropped.add(guess.gone)
        if silent:
            raise _unanswered(silent)

    def _choices(self, guess: Likely) -> Iterator[Likely]:
        """What a thing may have become, the likeliest first, without what another one became."""
        taken = {(wish.owner, wish.new) for wish in self.answered}
        for name in (guess.new, *guess.others):
            if (guess.owner, name) not in taken:
                yield replace(guess, new=name)


def _question(guess: Likely) -> Question:
    return Question(
        f"{_called(guess)} goes and `{guess.new}` comes, which is much like it. Was it renamed?",
        f"--rename {guess.pair}",
        refusal=f"--no-rename {guess.gone}",
    )


def _refuse_unmet(found: Met) -> None:
    """What the command line asks for has to come true, or to have come true before."""
    for unmet in found.unmet:
        if unmet.wish.flag and not unmet.done:
            raise MigrationError(
                f"--rename {unmet.wish} finds nothing to rename: {unmet.why}",
                help=f"did you mean --rename {unmet.meant}? Nothing was changed"
                if unmet.meant
                else (
                    "the old name is that of the table, column or value in the database, the new one that of the schema; "
                    "`nicol migrate diff` tells what differs. Nothing was changed"
                ),
            )


def _remark_of(unmet: Unmet) -> str:
    wish = unmet.wish
    if wish.flag:
        return f"--rename {wish} was made already: {unmet.why}"
    new = f"{wish.owner}.{wish.new}" if wish.owner else wish.new
    start = f"the annotation on {new} that says it was renamed from {wish.old}"
    if unmet.done:
        return f"{start} has done its work and can be taken out"
    return f"{start} finds nothing to rename: {unmet.why}"


def _called(guess: Likely) -> str:
    return f"the {guess.kind} `{guess.gone}`"


def _unanswered(guesses: Sequence[Likely]) -> Unanswered:
    reasons = "".join(f"\n  - {_called(guess)} looks renamed to {_either(guess)}" for guess in guesses)
    another = " (or another of these names)" if any(guess.others for guess in guesses) else ""
    yes = " ".join(f"--rename {guess.pair}" for guess in guesses)
    no = " ".join(f"--no-rename {guess.gone}" for guess in guesses)
    return Unanswered(
        f"what looks renamed is not dropped unasked, and nobody can be asked here:{reasons}",
        help=f"give {yes}{another} to keep the data under the new name, or {no} to drop it; nothing was changed",
    )


def _either(guess: Likely) -> str:
    return " or ".join(f"`{name}`" for name in (guess.new, *guess.others))


# ---- the schema's names ----------------------------------------------------------------------------------------------


def _spoken(guess: Likely, schema: Schema) -> Likely:
    """The guess as people speak of it: a model's or enum's name around it, and the new names as the schema spells them."""
    others = tuple(_named(replace(guess, new=name), schema).new for name in guess.others)
    return replace(_named(guess, schema), others=others)


def _named(guess: Likely, schema: Schema) -> Likely:
    match guess.kind:
        case "table":
            names = {model.mapped: model.name for model in schema.models}
            return _with(guess, guess.owner, names.get(guess.new, guess.new))
        case "enum":
            names = {enum.mapped: enum.name for enum in schema.enums}
            return _with(guess, guess.owner, names.get(guess.new, guess.new))
        case "column":
            model = _mapped(guess.owner or "", schema.models)
            field = (
                next((each for each in model.scalars if each.mapped == guess.new), None) if model else None
            )
            return _with(guess, model.name if model else guess.owner, field.name if field else guess.new)
        case _:
            return _spoken_value(guess, schema)


def _spoken_value(guess: Likely, schema: Schema) -> Likely:
    """Where an enum is no type, its values were found in a condition on `table.column`."""
    enums = {enum.mapped: enum for enum in schema.enums}
    table, _, column = (guess.owner or "").rpartition(".")
    model = _mapped(table, schema.models)
    types = [field.type for field in model.scalars if field.mapped == column] if model else []
    name = next((kind.name for kind in types if isinstance(kind, EnumRef)), None)
    enum = schema.enum(name) if name is not None else enums.get(guess.owner or "")
    if enum is None:
        return guess
    value = next((each.name for each in enum.values if each.mapped == guess.new), guess.new)
    return _with(guess, enum.name, value)


def _with(guess: Likely, owner: str | None, new: str) -> Likely:
    return Likely(guess.kind, guess.old, new, owner, guess.score)


def _mapped(name: str, models: Iterable[Model]) -> Model | None:
    return next((model for model in models if model.mapped == name), None)


# ---- what was made before --------------------------------------------------------------------------------------------


def made_in(migrations: Sequence[Migration], provider: str) -> Callable[[c.RewriteValue], bool]:
    """Whether the scripts of a history rewrite a value already, and not back again later."""
    lines = [line for each in migrations for line in each.script(provider).splitlines()]

    def made(rewrite: c.RewriteValue) -> bool:
        there = _last(lines, rewrite.table.name, rewrite.column, rewrite.before, rewrite.after)
        back = _last(lines, rewrite.table.name, rewrite.column, rewrite.after, rewrite.before)
        return there >= 0 and there > back

    return made


def _last(lines: Sequence[str], table: str, column: str, old: str, new: str) -> int:
    words = (quote(table), quote(column), f"WHEN {quote_text(old)} THEN {quote_text(new)} ")
    return max((place for place, line in enumerate(lines) if all(word in line for word in words)), default=-1)
