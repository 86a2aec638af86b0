"""The statements that ask a SQLite file what it holds: https://www.sqlite.org/pragma.html, as tables."""

from __future__ import annotations

LEDGER = "_prisma_migrations"

_TABLES = f"""m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND m.name <> '{LEDGER}'
  AND m.name IN (SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table')"""

OBJECTS = f"""
SELECT CASE WHEN sql LIKE 'CREATE VIRTUAL %' THEN 'virtual table' ELSE type END, name, tbl_name, sql
FROM sqlite_master m
WHERE sql IS NOT NULL AND tbl_name <> '{LEDGER}'
  AND (type <> 'table' OR sql LIKE 'CREATE VIRTUAL %' OR ({_TABLES}))
ORDER BY name"""

COLUMNS = f"""
SELECT m.name, c.cid, c.name, c.type, c."notnull", c.dflt_value, c.pk
FROM sqlite_master m JOIN pragma_table_xinfo(m.name) c
WHERE {_TABLES} AND c.hidden <> 1
ORDER BY m.name, c.cid"""

VIEW_COLUMNS = """
SELECT NULL, c.cid, c.name, c.type, c."notnull", c.dflt_value, 0 FROM pragma_table_xinfo({}) c ORDER BY c.cid"""

INDEXES = f"""
SELECT m.name, i.name, i."unique", i.origin, i.partial, x.seqno, x.name, x."desc", x.coll
FROM sqlite_master m JOIN pragma_index_list(m.name) i JOIN pragma_index_xinfo(i.name) x
WHERE {_TABLES} AND x.key = 1"""

FOREIGN_KEYS = f"""
SELECT m.name, f.id, f.seq, f."table", f."from", f."to", f.on_update, f.on_delete
FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f
WHERE {_TABLES}"""
