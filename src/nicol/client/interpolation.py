"""SQL in pieces: fixed text, values that become parameters, and names in quotes. No value becomes text of a statement."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Any, ClassVar, Protocol, TypeAlias, TypeGuard

from nicol.errors import QueryInvalid
from nicol.sql.quoting import quote


class Template(Protocol):
    """A template string of Python 3.14 (`t"…"`): fixed texts, and what stands between them."""

    @property
    def strings(self) -> tuple[str, ...]:
        """The fixed texts, one more than there are interpolations."""
        ...

    @property
    def interpolations(self) -> tuple[Any, ...]:
        """What stands between them, each with `value`, `expression`, `conversion` and `format_spec`."""
        ...


@dataclass(frozen=True, slots=True)
class Value:
    """A value, which becomes a parameter."""

    of: Any


@dataclass(frozen=True, slots=True)
class Json:
    """A value of JSON, which may be a dictionary."""

    of: Any


Part: TypeAlias = str | Value


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL: texts that are fixed and values between them. Placeholders are spelled when the database is known."""

    parts: tuple[Part, ...]

    def __add__(self, other: Sql) -> Sql:
        """This piece with another one behind it."""
        return Sql((*self.parts, *other.parts))


Text: TypeAlias = str | Sql | Template
"""What the raw methods of a client take: a text with the database's own placeholders, or SQL in pieces."""


def is_template(text: object) -> TypeGuard[Template]:
    """True for what `t"…"` makes."""
    return not isinstance(text, str | Sql) and hasattr(text, "strings") and hasattr(text, "interpolations")


def composed(text: Sql | Template) -> Sql:
    """SQL in pieces, whichever way it was written."""
    return text if isinstance(text, Sql) else _from_template(text)


class Interpolation:
    """`sql("… {name} …", name=value)`, and what pieces of SQL are made of."""

    empty: ClassVar[Sql] = Sql(())
    """Nothing."""

    def __call__(self, template: str, /, **values: Any) -> Sql:
        """A piece of SQL. `{name}` is a value, or another piece; braces of SQL itself are doubled.

        QueryInvalid: a name without a value, a value without a name, or a placeholder inside quotes.
        """
        parts: list[tuple[str, Any]] = []
        used: set[str] = set()
        for text, name in _fields(template):
            if name is None:
                parts.append((text, _NOTHING))
            elif name not in values:
                raise QueryInvalid(
                    f"the SQL asks for `{{{name}}}`, and no value is given for it",
                    help="braces of SQL itself are doubled: {{ and }}",
                )
            else:
                used.add(name)
                parts.append((text, values[name]))
        if unused := values.keys() - used:
            raise QueryInvalid(
                f"the SQL has no place for {', '.join(f'`{name}`' for name in sorted(unused))}"
            )
        return _joined(parts)

    @staticmethod
    def join(items: Iterable[Any], separator: str = ", ", *, before: str = "", after: str = "") -> Sql:
        """Values or pieces with a separator between them: `IN ({ids})` takes `sql.join([1, 2, 3])`.

        QueryInvalid for no items at all, which no SQL can say.
        """
        parts: list[Part] = []
        for item in items:
            parts += (separator, *_parts(item)) if parts else _parts(item)
        if not parts:
            raise QueryInvalid(
                "there is nothing to join",
                help="decide what is to happen without any items, or use sql.empty",
            )
        return Sql((before, *parts, after))

    @staticmethod
    def identifier(*names: str) -> Sql:
        """A name of a table or a column in quotes, behind that of its schema or its table where more are given."""
        for name in names:
            if not isinstance(name, str) or not name or "\0" in name:  # pyright: ignore[reportUnnecessaryIsInstance] - from outside
                raise QueryInvalid("a name in SQL is a text that is not empty and holds no U+0000")
        return Sql((".".join(map(quote, names)),))

    @staticmethod
    def json(value: Any) -> Json:
        """A value of JSON, where a dictionary or a list is meant to be one."""
        return Json(value)


sql = Interpolation()
"""Pieces of SQL, in which values are parameters."""

_NOTHING = object()
_QUOTES = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)


def _fields(template: str) -> Iterable[tuple[str, str | None]]:
    try:
        for text, name, spec, conversion in Formatter().parse(template):
            if name is not None and (not name.isidentifier() or spec or conversion):
                raise QueryInvalid(
                    f"`{{{name}{'!' + conversion if conversion else ''}{':' + spec if spec else ''}}}` is no name of a value",
                    help="write {name} and give name=…; braces of SQL itself are doubled: {{ and }}",
                )
            yield text, name
    except ValueError as error:
        raise QueryInvalid(
            f"the braces of the SQL do not match: {error}", help="braces of SQL itself are doubled: {{ and }}"
        ) from None


def _from_template(template: Template) -> Sql:
    parts: list[tuple[str, Any]] = []
    for text, found in zip(template.strings, template.interpolations, strict=False):
        if found.conversion or found.format_spec:
            raise QueryInvalid(
                f"`{{{found.expression}}}` is a value of SQL, which has no format", help="convert it before"
            )
        parts.append((text, found.value))
    return _joined([*parts, (template.strings[-1], _NOTHING)])


def _joined(parts: Sequence[tuple[str, Any]]) -> Sql:
    """Texts, each with what stands behind it. A text is checked together with those before it."""
    found: list[Part] = []
    before = ""
    for text, value in parts:
        before += text
        found.append(text)
        if value is _NOTHING:
            continue
        if _QUOTES.sub("", before).count("'") % 2:
            raise QueryInvalid(
                "a value stands inside quotes, where it would be text of the statement",
                help="leave the quotes out: a value is a parameter",
            )
        found += _parts(value)
    return Sql(tuple(part for part in found if part != ""))


def _parts(value: Any) -> tuple[Part, ...]:
    match value:
        case Sql():
            return value.parts
        case Json():
            return (Value(value),)
        case Mapping():
            raise QueryInvalid(
                "a dictionary stands where SQL takes a value",
                help="give the value itself; for a value of JSON write sql.json(…)",
            )
        case _ if is_template(value):
            return _from_template(value).parts
        case _:
            return (Value(value),)
