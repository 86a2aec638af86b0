"""What PostgreSQL says to make an object that no schema speaks of, and to take it away."""

from __future__ import annotations

from collections.abc import Iterator

from nicol.catalog import ObjectName, Unmanaged
from nicol.dialects.postgresql.types import spell_name
from nicol.sql.quoting import quote, quote_text

_ON_TABLE = {"trigger": "TRIGGER", "policy": "POLICY", "rule": "RULE"}
_BY_NAME = {
    "view": "VIEW",
    "materialized view": "MATERIALIZED VIEW",
    "foreign table": "FOREIGN TABLE",
    "statistics": "STATISTICS",
    "domain": "DOMAIN",
    "type": "TYPE",
    "sequence": "SEQUENCE",
}
_BY_ARGUMENTS = {"function": "FUNCTION", "procedure": "PROCEDURE", "aggregate": "AGGREGATE"}
KINDS = (
    *("event trigger", "trigger", "policy", "rule", "index", "materialized view", "view", "constraint"),
    *("statistics", "foreign table", "aggregate", "procedure", "function", "domain", "type", "sequence"),
)
"""In the order in which objects go: what hangs on others first."""


def drop(thing: Unmanaged) -> str | None:
    """The statement; None where there is none, because the object is a part of its table, or the server's."""
    name, space = thing.name, thing.namespace
    if thing.kind in _ON_TABLE and thing.table is not None:
        return f"DROP {_ON_TABLE[thing.kind]} {quote(name)} ON {spell_name(ObjectName(thing.table, space))}"
    if thing.kind in _BY_NAME:
        return f"DROP {_BY_NAME[thing.kind]} {spell_name(ObjectName(name, space))}"
    if thing.kind in _BY_ARGUMENTS:
        own, _, arguments = name.partition("(")
        return f"DROP {_BY_ARGUMENTS[thing.kind]} {spell_name(ObjectName(own, space))}({arguments}"
    match thing.kind:
        case "constraint" if thing.table is not None:
            return f"ALTER TABLE {spell_name(ObjectName(thing.table, space))} DROP CONSTRAINT {quote(name)}"
        case "index":
            return f"DROP INDEX {spell_name(ObjectName(name, space))}"
        case "event trigger":
            return f"DROP EVENT TRIGGER {quote(name)}"
        case "grant" if thing.table is not None:
            return _for_role(name, f"REVOKE ALL ON {spell_name(ObjectName(thing.table, space))} FROM {name}")
        case _:
            return None


_STATES = {" -- disabled": "DISABLE", " -- on replicas only": "ENABLE REPLICA", " -- always": "ENABLE ALWAYS"}


def make(thing: Unmanaged) -> tuple[str, ...]:
    """The statements; none where there are none, because the object is a part of its table, or the server's."""
    text = thing.definition.rstrip().removesuffix(";")
    table = spell_name(ObjectName(thing.table, thing.namespace)) if thing.table is not None else ""
    match thing.kind:
        case "constraint":
            return (f"ALTER TABLE {table} ADD CONSTRAINT {quote(thing.name)} {text}",)
        case "trigger":
            state = next((each for each in _STATES if text.endswith(each)), None)
            if state is None:
                return (text,)
            return text.removesuffix(
                state
            ), f"ALTER TABLE {table} {_STATES[state]} TRIGGER {quote(thing.name)}"
        case "sequence" if thing.table is not None:
            return (text.replace("CREATE", "ALTER", 1),)  # the column has made it
        case "grant":
            return tuple(_grants(thing, table))
        case "switch":
            return () if thing.name.endswith("USING INDEX") else (text,)  # nobody has read which index
        case "aggregate" | "event trigger" | "foreign table":
            return ()  # told in parts only
        case _:
            return (text,) if drop(thing) is not None else ()


_HAND_ON = " WITH GRANT OPTION"


def _grants(thing: Unmanaged, table: str) -> Iterator[str]:
    """Rights that may be handed on are another statement's."""
    rights = thing.definition.split(", ")
    for end in ("", _HAND_ON):
        if own := [right.removesuffix(end) for right in rights if right.endswith(_HAND_ON) == bool(end)]:
            yield _for_role(thing.name, f"GRANT {', '.join(own)} ON {table} TO {thing.name}{end}")


def _for_role(role: str, text: str) -> str:
    """Roles are the server's: where this one is missing, there is nothing to be said."""
    if role == "public":
        return text
    return f"DO $role$ BEGIN IF to_regrole({quote_text(role)}) IS NOT NULL THEN {text}; END IF; END $role$"
