"""`outbox status` and `outbox requeue`: the messages that wait in the project's database, and its dead letters."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from nicol.errors import ConfigurationError
from nicol.ops.databases import Conversation, Target, talk, target_of
from nicol.ops.project import Project
from nicol.ops.schemas import ReadSchema, read_schema
from nicol.outbox.messages import Count, Messages
from nicol.outbox.shape import USUAL, model_text, outbox_model, outbox_models
from nicol.query.engine import Engine
from nicol.schema.schema import JsonType
from nicol.sql.quoting import quote_full


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter: `attempts` were made in vain, the last one ended with `error`."""

    id: int
    key: str | None
    idempotency_key: str
    attempts: int
    error: str | None
    written: datetime
    died: datetime


@dataclass(frozen=True, slots=True)
class Outbox:
    """A model of messages, how many there are, and the first of its dead letters."""

    model: str
    count: Count
    letters: tuple[Letter, ...]


def outbox_status(
    project: Project, model: str | None = None, letters: int = 20
) -> tuple[Target, tuple[Outbox, ...]]:
    """Count the messages of a model, or of all that are outboxes; nothing is changed."""
    read = read_schema(project)
    target = target_of(project, read)
    engine = _engine(read, target)
    with talk(target) as conversation:
        names = _models(read, model)
        _need_all(conversation, read, names)
        return target, tuple(
            Outbox(
                name,
                conversation.run(messages.count()),
                tuple(map(_letter, conversation.run(messages.dead(letters)))),
            )
            for name in names
            for messages in [Messages(engine, name)]
        )


def outbox_requeue(
    project: Project, ids: Sequence[int] | None, model: str | None = None
) -> tuple[Target, str, int]:
    """Let dead letters be tried again, these or all; the model, and how many there were."""
    read = read_schema(project)
    target = target_of(project, read)
    names = _models(read, model)
    if len(names) > 1:
        raise ConfigurationError(
            f"the schema has {len(names)} outboxes", help=f"say which with --model: {', '.join(names)}"
        )
    if not names:
        raise ConfigurationError(
            "the schema has no outbox", help=f"a model like this is one:\n\n{model_text(USUAL)}\n"
        )
    with talk(target) as conversation:
        _need_all(conversation, read, names)
        messages = Messages(_engine(read, target), names[0])
        return target, names[0], conversation.run(messages.requeue(ids, datetime.now(UTC)))


def _models(read: ReadSchema, model: str | None) -> list[str]:
    found = outbox_models(read.schema) if model is None else [outbox_model(read.schema, model)]
    return [each.name for each in found]


def _need_all(conversation: Conversation, read: ReadSchema, names: Sequence[str]) -> None:
    models = (outbox_model(read.schema, name) for name in names)
    conversation.need_all_rows(quote_full(model.namespace, model.mapped) for model in models)


def _letter(row: Any) -> Letter:
    return Letter(row.id, row.key, row.idempotencyKey, row.attempts, row.lastError, row.createdAt, row.deadAt)


def _engine(read: ReadSchema, target: Target) -> Engine:
    return Engine(read.schema, target.dialect, _Rows(), now=lambda: datetime.now(UTC), random=os.urandom)


class _Rows:
    """Rows as plain objects, where no client was generated."""

    def new(
        self,
        model: str,  # noqa: ARG002 - all are alike
        fields: tuple[str, ...],
        counts: tuple[str, ...] = (),
        relations: tuple[str, ...] = (),
        *,
        only: bool = False,  # noqa: ARG002
    ) -> Callable[..., Any]:
        """What builds an object from values by position."""
        names = (*fields, *counts, *relations)
        return lambda *values: SimpleNamespace(**dict(zip(names, values, strict=True)))

    def projected(self, model: str, into: Any) -> None:  # noqa: ARG002
        """There are no classes of a program's own here."""
        return

    def into(self, cls: type, model: str, names: tuple[str, ...]) -> Callable[..., Any]:
        """There are none."""
        raise AssertionError((cls, model, names))

    def enum(self, name: str) -> Callable[[str], Any]:  # noqa: ARG002
        """Values of enums stay their names."""
        return str

    def json(self, of: JsonType) -> _Untyped:  # noqa: ARG002
        """Json stays as it is stored."""
        return _Untyped()


class _Untyped:
    def read(self, value: Any) -> Any:
        """The value itself."""
        return value

    def write(self, value: Any) -> Any:
        """The value itself."""
        return value
