"""The audit trail in PostgreSQL: one function that writes the entries, behind a trigger on each audited table.

The function runs with the rights of its owner, so that nobody who changes rows needs any on the trail, and with a search path
of its own: a temporary table of the trail's name would else catch the entries.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nicol.catalog import AUDIT, Column, ColumnType, ObjectName, PrimaryKey, Table, Unmanaged
from nicol.dialects.auditing import (
    APPEND_ONLY,
    CHAINS,
    PRUNE,
    STRANGERS,
    Audited,
    Signing,
    Trail,
    TrailTexts,
    Words,
    entries,
)
from nicol.dialects.postgresql.types import spell_name
from nicol.sql.quoting import quote, quote_text

_WRITE, _KEEP, _CHAIN = f"{AUDIT}_row", f"{AUDIT}_kept", f"{AUDIT}_chain"
SIGNING = Signing(
    "SELECT pg_catalog.set_config('nicol.actor', $1, true)",
    "SELECT pg_catalog.set_config('nicol.actor', '', true)",
    None,
)

_BODY = f"""
DECLARE
  key_end int := 3 + TG_ARGV[2]::int;
  keys text[] := TG_ARGV[4:key_end];
  listed text[] := TG_ARGV[key_end + 1:];
  old_row jsonb := to_jsonb(OLD);
  new_row jsonb := to_jsonb(NEW);
  moment timestamp(3) := clock_timestamp() AT TIME ZONE 'UTC';
  who text := nullif(current_setting('nicol.actor', true), '');
  this_key text;
  last record;
  place bigint;
  digest text;
BEGIN
  IF cardinality(keys) = 1 THEN
    this_key := coalesce(old_row, new_row) ->> keys[1];
  ELSE
    SELECT '[' || string_agg((coalesce(old_row, new_row) -> k.name)::text, ',' ORDER BY k.place) || ']' INTO this_key
    FROM unnest(keys) WITH ORDINALITY k (name, place);
  END IF;
  IF TG_ARGV[3] = 'only' THEN
    old_row := (SELECT jsonb_object_agg(key, value) FROM jsonb_each(old_row) WHERE key = ANY (listed));
    new_row := (SELECT jsonb_object_agg(key, value) FROM jsonb_each(new_row) WHERE key = ANY (listed));
  END IF;
  IF TG_OP = 'UPDATE' AND old_row = new_row THEN
    RETURN NULL;
  END IF;
  IF TG_ARGV[3] = 'except' THEN
    old_row := old_row - listed;
    new_row := new_row - listed;
  END IF;
  IF TG_ARGV[1] = 'chain' THEN
    INSERT INTO "{_CHAIN}" AS c ("name", "turn") VALUES (TG_ARGV[0], txid_current())
    ON CONFLICT ("name") DO UPDATE SET "turn" = excluded."turn" WHERE c."turn" <> excluded."turn";
    SELECT e."number", e."hash" INTO last FROM "{AUDIT}" e
    WHERE e."table_name" = TG_ARGV[0] AND e."number" IS NOT NULL ORDER BY e."number" DESC LIMIT 1;
    place := coalesce(last."number", 0) + 1;
    digest := encode(sha256(convert_to(coalesce(last."hash", '') || jsonb_build_array(
      place, moment, who, lower(TG_OP), TG_ARGV[0], this_key, old_row, new_row)::text, 'UTF8')), 'hex');
  END IF;
  INSERT INTO "{AUDIT}" ("at", "actor", "operation", "table_name", "row_key", "before", "after", "number", "hash")
  VALUES (moment, who, lower(TG_OP), TG_ARGV[0], this_key, old_row, new_row, place, digest);
  RETURN NULL;
END
"""
"""Arguments: the table's name, `chain` or nothing, how many columns the key has, how others are meant, the key, the others.

A chain's row is written once in each transaction. That makes others wait for its end, and fails one that saw an older end of
the chain and may not look again (`REPEATABLE READ`), with the code by which such a transaction is tried anew.
"""


def trail(audited: Sequence[Audited], namespace: str | None) -> Trail:
    """The tables, functions and triggers of an audit trail in a namespace; nothing where no table is audited."""
    if not audited:
        return Trail()
    chained = any(each.chain for each in audited)
    words = Words("BIGINT", ColumnType("TIMESTAMP", (3,)), "TEXT", ColumnType("JSONB"), f"{AUDIT}_pkey")
    kept = entries(words, namespace, chained=chained)
    chain = Table(
        _CHAIN,
        (Column("name", ColumnType("TEXT")), Column("turn", ColumnType("BIGINT"))),
        PrimaryKey(("name",), f"{_CHAIN}_pkey"),
        namespace=namespace,
    )
    refusal = f"RAISE EXCEPTION '{APPEND_ONLY}: % is refused', lower(TG_OP)"
    objects = (
        _function(ObjectName(_WRITE, namespace), " SECURITY DEFINER\n", _BODY),
        _function(ObjectName(_KEEP, namespace), "", f"\nBEGIN\n  {refusal};\nEND\n"),
        _trigger(
            kept.key,
            f"{AUDIT}_kept",
            "BEFORE DELETE OR UPDATE OR TRUNCATE",
            "STATEMENT",
            _called(_KEEP, namespace),
        ),
        *(trigger for each in audited for trigger in _triggers(each, _called(_WRITE, namespace))),
    )
    return Trail((kept, *((chain,) * chained)), objects)


def _function(name: ObjectName, more: str, body: str) -> Unmanaged:
    text = (
        f"CREATE OR REPLACE FUNCTION {spell_name(name)}()\n RETURNS trigger\n LANGUAGE plpgsql\n"
        f"{more}AS $function${body}$function$"
    )
    return Unmanaged("function", f"{name.name}()", text, namespace=name.namespace)


def _called(function: str, namespace: str | None) -> str:
    """A function as PostgreSQL tells it of a trigger: without its namespace where names are looked for."""
    return function if namespace in (None, "public") else f"{quote(namespace)}.{function}"


def _triggers(audited: Audited, function: str) -> Iterator[Unmanaged]:
    listed, meant = (audited.only, "only") if audited.only else (audited.hidden, "except")
    given = (audited.name, "chain" * audited.chain, str(len(audited.key)), meant, *audited.key, *listed)
    for name, when, each in (
        (AUDIT, "AFTER INSERT OR DELETE OR UPDATE", "ROW"),
        (f"{AUDIT}_truncate", "AFTER TRUNCATE", "STATEMENT"),
    ):
        yield _trigger(audited.table.key, name, when, each, function, given)


def _trigger(
    table: ObjectName, name: str, when: str, each: str, function: str, given: Sequence[str] = ()
) -> Unmanaged:
    said = ", ".join(map(quote_text, given))
    text = f"CREATE TRIGGER {name} {when} ON {spell_name(table)} FOR EACH {each} EXECUTE FUNCTION {function}({said})"
    return Unmanaged("trigger", name, text, table.name, table.namespace)


# ---- as PostgreSQL tells them ----------------------------------------------------------------------------------------

_ON = re.compile(r" ON .*? FOR EACH (ROW|STATEMENT) EXECUTE FUNCTION (\S+?\.)?(?=_nicol_audit)", re.DOTALL)
_HEAD = re.compile(r"(?<=^CREATE OR REPLACE FUNCTION ).*(?=\(\)$)", re.MULTILINE)
_PATH = re.compile(r"^ SET search_path TO .*\n", re.MULTILINE)


def told(thing: Unmanaged) -> Unmanaged:
    """A trigger or function of a trail in the words in which it is made: names in quotes, without the usual namespace."""
    text, space = thing.definition, thing.namespace
    if thing.kind == "trigger" and thing.table is not None:
        table = spell_name(ObjectName(thing.table, space))

        def spelled(found: re.Match[str]) -> str:
            home = found[2] if found[2] and space is not None else ""
            return f" ON {table} FOR EACH {found[1]} EXECUTE FUNCTION {home}"

        text = _ON.sub(spelled, text, count=1)
    elif thing.kind == "function":
        name = spell_name(ObjectName(thing.name.removesuffix("()"), space))
        text = _PATH.sub("", _HEAD.sub(lambda _: name, text, count=1), count=1)
    return Unmanaged(thing.kind, thing.name, text, thing.table, space)


def pinned(thing: Unmanaged) -> tuple[str, ...]:
    """What ties the function that writes to the namespace in which it is made."""
    if thing.name != f"{_WRITE}()":
        return ()
    home = "current_schema()" if thing.namespace is None else quote_text(thing.namespace)
    function = spell_name(ObjectName(_WRITE, thing.namespace))
    return (
        f"DO $$ BEGIN EXECUTE format('ALTER FUNCTION {function}() SET search_path TO %I, pg_temp', {home}); END $$",
    )


_OLD = "statement_timestamp() AT TIME ZONE 'UTC' - make_interval(days => $1::int)"
_CELLS = ("number", "at", "actor", "operation", "table_name", "row_key", "before", "after")


def texts(namespace: str | None) -> TrailTexts:
    """What is said about a trail in a namespace."""
    place = spell_name(ObjectName(AUDIT, namespace))
    return TrailTexts(
        chains=CHAINS.format(place=place),
        links=f'SELECT "table_name", "number", "id", jsonb_build_array({", ".join(map(quote, _CELLS))})::text, "hash"'
        f' FROM {place} WHERE "number" IS NOT NULL AND ("table_name", "number") > ($1, $2)'
        ' ORDER BY "table_name", "number" LIMIT $3',
        strangers=STRANGERS.format(place=place),
        open=(f'ALTER TABLE {place} DISABLE TRIGGER "{AUDIT}_kept"',),
        close=(f'ALTER TABLE {place} ENABLE TRIGGER "{AUDIT}_kept"',),
        prune=PRUNE.format(place=place, old=_OLD, limit="$2"),
    )
