"""What the compilation of one query gathers: encoders of slots, values to be generated, registers, and the texts said.

A program keeps its values in one list, the frame: first those of the call, in the order of their slots, then generated
values, then registers for what earlier statements answered. A statement's parameters are picked out of the frame.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Generic, Protocol, TypeAlias, TypeGuard, TypeVar, cast

from nicol.dialects.dialect import Dialect
from nicol.query.defaults import Generate
from nicol.query.models import Field, Model, Models
from nicol.query.query import Data
from nicol.sql.program import Command, Result, Row, Statement
from nicol.sql.tree import Expression, Param, Tree

T = TypeVar("T")
Frame: TypeAlias = list[Any]
Act: TypeAlias = Callable[[Frame], Generator[Command, Result, T]]
"""A part of a program: given the frame, it says statements and answers."""


@dataclass(frozen=True, slots=True, eq=False)
class Encoder:
    """How the value of one slot crosses, and whose value it is."""

    slot: int
    encode: Callable[[Any], Any]
    model: str
    field: str


@dataclass(frozen=True, slots=True, eq=False)
class Generated:
    """A value that is made anew for each run of a program."""

    register: int
    generate: Generate
    encode: Callable[[Any], Any] | None


@dataclass(frozen=True, slots=True, eq=False)
class Derived:
    """A value that is made of others once those are in the frame: what is stored of an encrypted field."""

    register: int
    make: Callable[[Frame], Any]


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """A rendered statement whose parameters are picked out of the frame."""

    text: str
    pick: Callable[[Frame], tuple[Any, ...]]
    slots: tuple[int, ...]

    def statement(self, frame: Frame) -> Statement:
        """The statement with the frame's values."""
        return Statement(self.text, self.pick(frame), True, False)


@dataclass(frozen=True, slots=True, eq=False)
class Single(Generic[T]):
    """The act of one statement, and what its result means. Most calls are no more: they get the shortest way."""

    said: Said
    meaning: Callable[[Result], T]

    def __call__(self, frame: Frame) -> Generator[Command, Result, T]:
        """The act as a part of others."""
        return self.meaning((yield self.said.statement(frame)))


def single(act: Act[T]) -> Single[T] | None:
    """The act where it is of one statement."""
    return cast("Single[T]", act) if isinstance(act, Single) else None


class Writer(Protocol):
    """What writes one row and all that hangs on it; acts on the rows at the other end are of the same kind again."""

    def new_row(
        self,
        ctx: Context,
        model: Model,
        data: Data,
        preset: Mapping[str, Expression],
        returning: Sequence[str],
    ) -> Act[Row]:
        """Insert a row."""
        ...

    def change_row(
        self, ctx: Context, model: Model, where: Expression, data: Data, returning: Sequence[str]
    ) -> Act[Row | None]:
        """Change the one row of a condition."""
        ...


class Context:
    """One compilation. `size` is the length that the frame must have; `atomic`: the program must be one transaction.

    `secrets` are the places in the frame of values that are encrypted; `hidden` the places of theirs among the parameters
    of each text that has such.
    """

    def __init__(self, models: Models, dialect: Dialect, slots: int, writer: Writer) -> None:
        self.models = models
        self.writer = writer
        self.meaning_of = dialect.meaning_of
        self.renderer = dialect.renderer
        self.encoders: dict[int, Encoder] = {}
        self.generated: list[Generated] = []
        self.derived: list[Derived] = []
        self.texts: list[str] = []
        self.secrets: set[int] = set()
        self.hidden: dict[str, tuple[int, ...]] = {}
        self.size = slots
        self._given = slots
        self.atomic = False
        self._aliases = 0
        self._savepoints = 0

    def alias(self) -> str:
        """A new name for a source, which is no table's: writes speak of their table by its own name."""
        self._aliases += 1
        name = f"t{self._aliases}"
        return self.alias() if name in self.models.tables else name

    def savepoint(self) -> str:
        """A new name for a savepoint: one may stand inside another, and rolling back goes to the last of a name."""
        self._savepoints += 1
        return f"nicol_attempt_{self._savepoints}"

    def value(self, model: Model, field: Field, slot: int, encode: Callable[[Any], Any] | None) -> Param:
        """The parameter for a slot, whose value crosses by `encode`."""
        if field.secret:
            self.secrets.add(slot)
        if encode is not None:
            self.encoders[slot] = Encoder(slot, encode, model.name, field.name)
        return Param(slot, field.stored.cast)

    def generate(self, field: Field, generate: Generate) -> Param:
        """The parameter for a value that is made when the program runs."""
        register = self.registers(1)
        self.generated.append(Generated(register, generate, field.stored.encode))
        return Param(register, field.stored.cast)

    def secret(self, field: Field, make: Callable[[Frame], Any]) -> Param:
        """The parameter for what is made of values that nobody may see."""
        register = self.registers(1)
        self.secrets.add(register)
        self.derived.append(Derived(register, make))
        return Param(register, field.stored.cast)

    def is_at_hand(self, value: Expression | None) -> TypeGuard[Param]:
        """True for the parameter of a value that is in the frame before anything is said: the call's, or a generated one."""
        return isinstance(value, Param) and (
            value.slot < self._given or any(value.slot == made.register for made in self.generated)
        )

    def moment(self) -> int:
        """The register that holds the `Moment` of the run."""
        register = self.registers(1)
        self.generated.append(Generated(register, lambda moment: moment, None))
        return register

    def registers(self, count: int) -> int:
        """The first of so many new places in the frame."""
        first = self.size
        self.size += count
        return first

    def say(self, tree: Tree) -> Said:
        """A statement, rendered."""
        rendered = self.renderer.render(tree)
        self.texts.append(rendered.text)
        if self.secrets:
            places = tuple(place for place, slot in enumerate(rendered.slots) if slot in self.secrets)
            self.hidden[rendered.text] = places
        return Said(rendered.text, picker(rendered.slots), rendered.slots)


def picker(slots: Sequence[int]) -> Callable[[Frame], tuple[Any, ...]]:
    """What takes these places of a frame as a tuple."""
    match slots:
        case []:
            return lambda _: ()
        case [slot]:
            return lambda frame: (frame[slot],)
        case _:
            return itemgetter(*slots)
