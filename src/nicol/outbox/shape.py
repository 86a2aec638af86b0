"""What a model needs so that its rows can be messages: its fields, and the lines that a schema lacks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nicol.errors import ConfigurationError
from nicol.schema.schema import Arity, FunctionCall, Model, Scalar, ScalarField, Schema

USUAL = "OutboxMessage"
"""The model where nobody says which."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A field that the relay writes or reads: how one writes it, the types and arities that it may have."""

    line: str
    types: tuple[Scalar, ...]
    arities: tuple[Arity, ...]

    @property
    def name(self) -> str:
        """The field's name."""
        return self.line.split()[0]

    def is_met(self, field: object) -> bool:
        """True when a field of a model is one like this."""
        return isinstance(field, ScalarField) and field.type in self.types and field.arity in self.arities


_ANY = (Arity.REQUIRED, Arity.OPTIONAL)

FIELDS = (
    Wanted("id             Int       @id @default(autoincrement())", (Scalar.INT, Scalar.BIGINT), _ANY[:1]),
    Wanted("idempotencyKey String    @unique @default(uuid())", (Scalar.STRING,), _ANY[:1]),
    Wanted("key            String?", (Scalar.STRING,), _ANY),
    Wanted("attempts       Int       @default(0)", (Scalar.INT,), _ANY[:1]),
    Wanted("nextAttemptAt  DateTime  @default(now())", (Scalar.DATETIME,), _ANY[:1]),
    Wanted("lastError      String?", (Scalar.STRING,), _ANY[1:]),
    Wanted("deadAt         DateTime?", (Scalar.DATETIME,), _ANY[1:]),
    Wanted("createdAt      DateTime  @default(now())", (Scalar.DATETIME,), _ANY[:1]),
)

_OWN = ("topic          String", "payload        Json")
"""What the programs' own handlers read; the relay asks for none of it."""

_INDEXES = ("@@index([key, id])", "@@index([deadAt, id])")


def model_text(name: str) -> str:
    """The model as one writes it into a schema."""
    first, second, *others = (wanted.line for wanted in FIELDS)
    lines = [first, second, *_OWN, *others, "", *_INDEXES]
    return "\n".join([f"model {name} {{", *(f"  {line}".rstrip() for line in lines), "}"])


def outbox_model(schema: Schema, name: str) -> Model:
    """The model of that name; ConfigurationError with the lines that are missing when its rows cannot be messages."""
    model = next((each for each in schema.models if each.name == name), None)
    if model is None:
        raise ConfigurationError(
            f"the schema has no model `{name}` for an outbox",
            help=f"put it into the schema and make a migration:\n\n{model_text(name)}\n",
        )
    if lacking := list(_lacking(model)):
        raise ConfigurationError(
            f"the model `{name}` cannot be an outbox: other than wanted is "
            + ", ".join(f"`{each.name}`" for each in lacking),
            help="write it so and make a migration:\n\n"
            + "".join(f"  {each.line.rstrip()}\n" for each in lacking),
        )
    return model


def outbox_models(schema: Schema) -> tuple[Model, ...]:
    """The models whose rows can be messages."""
    return tuple(model for model in schema.models if not any(_lacking(model)))


def _lacking(model: Model) -> Iterator[Wanted]:
    for wanted in FIELDS:
        if not wanted.is_met(model.field(wanted.name)) or (wanted.name == "id" and not _counts_up(model)):
            yield wanted


def _counts_up(model: Model) -> bool:
    """True when `id` says which message came first."""
    default = model.scalar("id").default
    key = model.primary_key
    return (
        key is not None
        and [each.name for each in key.fields] == ["id"]
        and isinstance(default, FunctionCall)
        and default.name == "autoincrement"
    )
