"""Reminders: rows that somebody has to see to by a time that they hold, as `@nicol.remind` says. Only their names are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from nicol.errors import ConfigurationError
from nicol.ops.databases import Conversation, talk, target_of
from nicol.ops.project import Project
from nicol.ops.retention import expiry_of
from nicol.ops.schemas import read_schema
from nicol.schema.schema import Model, Reminder, ScalarField, Schema
from nicol.sql.program import rows
from nicol.sql.quoting import quote_full

_MOST = 1000
"""Rows of one model that are told: who has more to see to does not read further."""


@dataclass(frozen=True, slots=True)
class Reminded:
    """A row to see to: the model, what names it, when, and whether that time is over."""

    model: str
    name: str
    at: datetime
    overdue: bool


def has_reminders(schema: Schema) -> bool:
    """True when a model has `remind`."""
    return any(model.reminder for model in schema.models)


def reminders(project: Project) -> tuple[Reminded, ...]:
    """The rows to see to, the earliest first; at most a thousand of each model."""
    read = read_schema(project)
    if not has_reminders(read.schema):
        return ()
    reminded = [(model, model.reminder) for model in read.schema.models if model.reminder]
    with talk(target_of(project, read)) as conversation:
        conversation.need_all_rows(quote_full(model.namespace, model.mapped) for model, _ in reminded)
        found = [
            each for model, reminder in reminded for each in _of(conversation, read.schema, model, reminder)
        ]
    return tuple(sorted(found, key=lambda each: each.at))


def _of(conversation: Conversation, schema: Schema, model: Model, reminder: Reminder) -> Iterator[Reminded]:
    dialect = conversation.target.dialect
    shown = (model.scalar(reminder.at), *_names(model, reminder))
    codecs = [dialect.codec(each.type, each.arity, each.native, schema).decode for each in shown]
    expiry = expiry_of(model, reminder.at, -reminder.ahead, reminder.unless)
    text = dialect.coming(expiry, tuple(each.mapped for each in shown[1:]), _MOST)
    for at, overdue, *named in conversation.run(rows(text)):
        moment, *names = map(_decoded, codecs, (at, *named))
        yield Reminded(model.name, ", ".join(map(str, names)), _moment(moment), bool(overdue))


def _names(model: Model, reminder: Reminder) -> tuple[ScalarField, ...]:
    if reminder.name is not None:
        return (model.scalar(reminder.name),)
    key = model.primary_key or next((each for each in model.uniques if each.where is None), None)
    if key is None:
        raise ConfigurationError(
            f"`{model.name}` has no key to name its rows by", help="give @nicol.remind a `name`"
        )
    return tuple(model.scalar(each.name) for each in key.fields)


def _decoded(decode: Callable[[Any], Any] | None, value: Any) -> Any:
    return value if decode is None or value is None else decode(value)


def _moment(found: date) -> datetime:
    """A moment; a day begins at midnight, and times without a zone are in UTC."""
    moment = found if isinstance(found, datetime) else datetime.combine(found, time())
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
