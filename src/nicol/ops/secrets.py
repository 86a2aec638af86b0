"""`secrets …`: the keys of encrypted fields, and what of a database is encrypted with which of them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from time import monotonic
from typing import Any

from nicol.dialects.dialect import Dialect
from nicol.errors import ConfigurationError
from nicol.ops.databases import Conversation, Target, talk, target_of
from nicol.ops.named import named
from nicol.ops.project import Project
from nicol.ops.schemas import read_schema
from nicol.query.models import Field, Model, bind
from nicol.query.resealing import Held, Secrets, secrets_of
from nicol.query.sealed import plain_codec, seal_of
from nicol.schema.schema import JsonType, Scalar, Schema
from nicol.sealing.keys import SIZE, Key, KeyProvider, KeyRing, SpelledKeys
from nicol.sql.program import transaction
from nicol.sql.quoting import quote_full

_PAGE = 1000
"""Rows that are read, and changed, at once."""

_SHOWN = 5
"""How many rows of a kind are named."""

Told = Callable[[str, int, int], None]
"""Who is told how far the work is: the field, the values seen, and all values."""


def new_key(name: str | None) -> Key:
    """A key out of the system's chance, called as the day where it has no name."""
    return Key(name or f"{datetime.now(UTC):%Y-%m-%d}", os.urandom(SIZE))


@dataclass(slots=True)
class Kept:
    """How the values of one field are kept: `by_key` counts them by the name of their key, `plain` those of no key.

    `plain_rows` and `unreadable_rows` are the keys of the first such rows.
    """

    name: str
    by_key: dict[str, int] = field(default_factory=dict[str, int])
    plain: int = 0
    unreadable: int = 0
    plain_rows: list[str] = field(default_factory=list[str])
    unreadable_rows: list[str] = field(default_factory=list[str])
    reason: str | None = None


@dataclass(slots=True)
class Turned:
    """What became of one field's values. `overtaken`: somebody else wrote them meanwhile, under the newest key."""

    name: str
    rotated: int = 0
    encrypted: int = 0
    overtaken: int = 0
    plain: int = 0
    unreadable: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found: the database, the newest key, and each encrypted field."""

    database: str
    newest: str
    fields: tuple[Kept, ...]


def secrets_status(project: Project, told: Told = lambda _field, _done, _all: None) -> Survey:
    """Count the values of every encrypted field by their keys; nothing is decrypted."""
    return _survey(project, told, lambda _secrets, _held: None)


def secrets_scan(project: Project, told: Told = lambda _field, _done, _all: None) -> Survey:
    """Open every value, and name the rows whose values are plain text, or cannot be opened."""
    return _survey(project, told, _opening)


def _opening(secrets: Secrets, held: Held) -> str | None:
    try:
        secrets.sealed.opened(held.stored, held.bond)
    except ValueError as error:
        return str(error)
    return None


def _survey(project: Project, told: Told, fault: Callable[[Secrets, Held], str | None]) -> Survey:
    target, ring, conversation_of = _opened(project)
    with talk(target) as conversation:
        found = tuple(
            _kept(conversation, ring, secrets, told, fault) for secrets in conversation_of(conversation)
        )
    return Survey(target.shown, ring.newest.name if found else "", found)


def _kept(
    conversation: Conversation,
    ring: KeyRing,
    secrets: Secrets,
    told: Told,
    fault: Callable[[Secrets, Held], str | None],
) -> Kept:
    kept, counts = Kept(secrets.name), Counter[str]()
    for page in _pages(conversation, ring, secrets, told):
        for held in page:
            name = secrets.key_of(held)
            if name is None:
                kept.plain += 1
                _note(kept.plain_rows, held)
                continue
            counts[name] += 1
            reason = fault(secrets, held)
            if reason is not None:
                kept.unreadable += 1
                kept.reason = kept.reason or reason
                _note(kept.unreadable_rows, held)
    kept.by_key = dict(sorted(counts.items()))
    return kept


def _note(rows: list[str], held: Held) -> None:
    if len(rows) < _SHOWN:
        rows.append(", ".join(map(str, held.key)))


def secrets_rotate(
    project: Project,
    *,
    plain: bool = False,
    digests: bool = False,
    only: tuple[str, ...] = (),
    told: Told = lambda _field, _done, _all: None,
) -> tuple[Target, str, tuple[Turned, ...]]:
    """Encrypt every value with the newest key that is not yet, a page at a time; it may end at any time and begin again.

    `plain`: also what is there in plain text. `digests`: make those of blind indexes anew. `only`: these fields, each as
    `Model.field`.
    """
    target, ring, secrets_in = _opened(project)
    with talk(target) as conversation:
        every = {secrets.name: secrets for secrets in secrets_in(conversation)}
        for name in only:
            if name not in every:
                known = ", ".join(every) or "none"
                raise ConfigurationError(f"`{name}` is no encrypted field", help=f"encrypted fields: {known}")
        chosen = [secrets for name, secrets in every.items() if not only or name in only]
        newest = ring.newest.name if chosen else ""
        done = tuple(
            _turned(conversation, ring, secrets, newest, plain=plain, digests=digests, told=told)
            for secrets in chosen
        )
    return target, newest, done


def _turned(
    conversation: Conversation,
    ring: KeyRing,
    secrets: Secrets,
    newest: str,
    *,
    plain: bool,
    digests: bool,
    told: Told,
) -> Turned:
    turned, started = Turned(secrets.name), monotonic()
    for page in _pages(conversation, ring, secrets, told):
        changes: list[tuple[Held, tuple[Any, Any]]] = []
        fresh = 0
        for held in page:
            name = secrets.key_of(held)
            if name is None and not plain:
                turned.plain += 1
            elif name is None:
                changes.append((held, secrets.encrypted(held)))
                fresh += 1
            elif name != newest or digests or (secrets.index is not None and held.digest is None):
                try:
                    changes.append((held, secrets.resealed(held)))
                except ValueError:
                    turned.unreadable += 1
        if changes:
            written = conversation.run(transaction(secrets.change(changes)))
            turned.encrypted += fresh
            turned.rotated += written - fresh
            turned.overtaken += len(changes) - written
    turned.seconds = monotonic() - started
    return turned


def _pages(conversation: Conversation, ring: KeyRing, secrets: Secrets, told: Told) -> Iterator[list[Held]]:
    """The stored values, page by page; a key that is not there is asked for once on each, so that one that appears is found."""
    total = conversation.run(secrets.count())
    seen, after = 0, None
    while page := conversation.run(secrets.page(after, _PAGE)):
        with ring.asked_once():
            yield page
        seen, after = seen + len(page), page[-1].key
        told(secrets.name, seen, max(total, seen))


# ---- the schema's encrypted fields -----------------------------------------------------------------------------------


def ring_of(project: Project) -> KeyRing:
    """The keys of the project: those of the provider that its configuration names, or those of its environment."""
    if project.configuration.keys is not None:
        provider: KeyProvider = named(project.configuration.keys, KeyProvider)
        return KeyRing(provider)
    return KeyRing(SpelledKeys(project.environment.value))


def _opened(project: Project) -> tuple[Target, KeyRing, Callable[[Conversation], list[Secrets]]]:
    read = read_schema(project)
    target, ring = target_of(project, read), ring_of(project)

    def secrets_in(conversation: Conversation) -> list[Secrets]:
        dialect = conversation.target.dialect
        models = bind(read.schema, dialect, _Values(), partial(seal_of, ring=ring, random=os.urandom))
        found = list(secrets_of(models, dialect, partial(_plain, read.schema, dialect)))
        held_by = (secrets.model.schema for secrets in found)
        conversation.need_all_rows(quote_full(model.namespace, model.mapped) for model in held_by)
        return found

    return target, ring, secrets_in


def _plain(schema: Schema, dialect: Dialect, model: Model, field: Field) -> Callable[[Any], bytes]:
    """How a value that was stored as it is would have been encoded for encryption."""
    assert isinstance(field.type, Scalar)
    scalar = model.schema.scalar(field.name)
    decode = dialect.codec(field.type, scalar.arity, scalar.native, schema).decode
    encode = plain_codec(field.type).encode

    def plain(stored: Any) -> bytes:
        value = stored if decode is None else decode(stored)
        encoded = value if encode is None else encode(value)
        return encoded.encode() if isinstance(encoded, str) else encoded

    return plain


class _Values:
    """Values as they are, in the place of a client's classes: nothing is built of them here."""

    def new(
        self,
        model: str,
        fields: tuple[str, ...],
        counts: tuple[str, ...] = (),
        relations: tuple[str, ...] = (),
        *,
        only: bool = False,
    ) -> Callable[..., Any]:
        raise AssertionError(f"no object of {model} is built: {fields} {counts} {relations} {only}")

    def into(self, cls: type, model: str, names: tuple[str, ...]) -> Callable[..., Any]:
        raise AssertionError(f"no {cls} of {model} is built: {names}")

    def projected(self, model: str, into: Any) -> None:
        raise AssertionError(f"nothing of {model} is projected into {into}")

    def enum(self, name: str) -> Callable[[str], Any]:  # noqa: ARG002
        return str

    def json(self, of: JsonType) -> _Values:  # noqa: ARG002
        return self

    def read(self, value: Any) -> Any:
        return value

    def write(self, value: Any) -> Any:
        return value
