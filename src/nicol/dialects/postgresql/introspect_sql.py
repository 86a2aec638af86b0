"""The statements that ask PostgreSQL's catalogs what a database holds. `$scope` is a list of namespaces, `$hidden` a table
that is passed over.

https://www.postgresql.org/docs/current/catalogs.html. Columns that older servers lack are asked for through `to_jsonb`.
"""

from __future__ import annotations

FOREIGN_TABLES = frozenset(
    {"spatial_ref_sys", "geometry_columns", "geography_columns", "raster_columns", "raster_overviews"}
)
"""PostGIS's own."""

LEDGER = "_prisma_migrations"

_OWN = "NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = {}.oid AND d.deptype = 'e')"

_TABLES = f"""c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname IN ($scope)
  AND c.relname <> '$hidden' AND {_OWN.format("c")}"""

_RELATIONS = f"""c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND n.nspname IN ($scope)
  AND c.relname <> '$hidden' AND {_OWN.format("c")}"""

_COMMENT = """(SELECT description FROM pg_description
        WHERE objoid = {object} AND classoid = '{kind}'::regclass AND objsubid = {part})"""

_PLACE = (
    "CASE WHEN n.nspname IS DISTINCT FROM current_schema() THEN quote_ident(n.nspname) || '.' ELSE '' END"
)
"""What stands before a name in another namespace than the connection's own."""

_DEFERRABLE = """CASE WHEN {0}.condeferred THEN 'DEFERRABLE INITIALLY DEFERRED'
            WHEN {0}.condeferrable THEN 'DEFERRABLE' END"""

NAMESPACES = """
SELECT nspname::text FROM pg_namespace WHERE nspname IN ($scope) ORDER BY 1"""

EXTENSIONS = """
SELECT extname::text, extversion, nspname::text
FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE extname <> 'plpgsql' ORDER BY 1"""

ENUMS = f"""
SELECT n.nspname::text, t.typname::text, array_agg(e.enumlabel::text ORDER BY e.enumsortorder),
       {_COMMENT.format(object="t.oid", kind="pg_type", part=0)}
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace
JOIN pg_enum e ON e.enumtypid = t.oid
WHERE n.nspname IN ($scope) AND {_OWN.format("t")}
GROUP BY n.nspname, t.typname, t.oid ORDER BY 1, 2"""

RELATIONS = f"""
SELECT n.nspname::text, c.relname::text, c.relkind::text, {_COMMENT.format(object="c.oid", kind="pg_class", part=0)},
       array_remove(ARRAY[
         CASE c.relpersistence WHEN 'u' THEN 'UNLOGGED' END,
         CASE c.relkind WHEN 'p' THEN 'PARTITION BY ' || pg_get_partkeydef(c.oid) END,
         (SELECT 'INHERITS (' || string_agg(inhparent::regclass::text, ', ' ORDER BY inhseqno) || ')'
          FROM pg_inherits WHERE inhrelid = c.oid),
         CASE WHEN c.relrowsecurity THEN 'ROW LEVEL SECURITY' END,
         CASE WHEN c.relforcerowsecurity THEN 'FORCE ROW LEVEL SECURITY' END,
         CASE c.relreplident WHEN 'f' THEN 'REPLICA IDENTITY FULL' WHEN 'n' THEN 'REPLICA IDENTITY NOTHING'
           WHEN 'i' THEN 'REPLICA IDENTITY USING INDEX' END
       ] || c.reloptions, NULL),
       CASE WHEN c.relkind IN ('v', 'm') THEN
         format('CREATE %s %s%I AS%s%s', CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END,
                {_PLACE}, c.relname,
                E'\\n', pg_get_viewdef(c.oid))
       ELSE (SELECT format('SERVER %I %s', s.srvname, f.ftoptions)
             FROM pg_foreign_table f JOIN pg_foreign_server s ON s.oid = f.ftserver WHERE f.ftrelid = c.oid) END
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {_RELATIONS}
ORDER BY 1, 2"""

VEILED = """
SELECT n.nspname::text, c.relname::text, n.nspname IS NOT DISTINCT FROM current_schema()
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relrowsecurity AND row_security_active(c.oid) AND (
  SELECT bool_and(p.polpermissive) AND bool_or(p.polcmd = '*' AND pg_get_expr(p.polqual, p.polrelid) = 'true')
  FROM pg_policy p WHERE p.polrelid = c.oid AND EXISTS (
    SELECT FROM unnest(p.polroles) role WHERE CASE WHEN role = 0 THEN true ELSE pg_has_role(role, 'USAGE') END)
) IS NOT TRUE"""
"""A policy for everything whose condition is `true` hides nothing, unless a restrictive one stands beside it."""

COLUMNS = f"""
SELECT n.nspname::text, c.relname::text, a.attname::text, coalesce(e.typname, b.typname, t.typname)::text,
       CASE WHEN b.oid IS NULL THEN a.atttypmod ELSE t.typtypmod END,
       t.typcategory = 'A', coalesce(e.typtype, b.typtype, t.typtype) = 'e', tn.nspname::text,
       format_type(coalesce(e.oid, b.oid, t.oid), a.atttypmod), a.attnotnull, a.attidentity::text, a.attgenerated::text,
       pg_get_expr(d.adbin, d.adrelid, a.attgenerated <> ''),
       CASE WHEN a.attcollation <> t.typcollation THEN
         (SELECT quote_ident(collname) FROM pg_collation WHERE oid = a.attcollation) END,
       CASE WHEN b.oid IS NOT NULL THEN format_type(t.oid, NULL) END,
       {_COMMENT.format(object="c.oid", kind="pg_class", part="a.attnum")}
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_type b ON b.oid = t.typbasetype AND t.typtype = 'd' AND b.typcategory <> 'A'
LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
LEFT JOIN pg_namespace tn ON tn.oid = coalesce(e.typnamespace, b.typnamespace, t.typnamespace)
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE {_RELATIONS}
ORDER BY 1, 2, a.attnum"""

_NAMES_OF = """(SELECT array_agg(a.attname::text ORDER BY k.place)
        FROM unnest({keys}) WITH ORDINALITY k (number, place)
        JOIN pg_attribute a ON a.attrelid = {table} AND a.attnum = k.number)"""

CONSTRAINTS = f"""
SELECT n.nspname::text, c.relname::text, o.conname::text, o.contype::text, {_DEFERRABLE.format("o")}, o.convalidated,
       {_NAMES_OF.format(keys="o.conkey", table="o.conrelid")},
       fn.nspname::text, f.relname::text, {_NAMES_OF.format(keys="o.confkey", table="o.confrelid")},
       o.confdeltype::text, o.confupdtype::text, o.confmatchtype = 'f', pg_get_expr(o.conbin, o.conrelid, true)
FROM pg_constraint o
JOIN pg_class c ON c.oid = o.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_class f ON f.oid = o.confrelid
LEFT JOIN pg_namespace fn ON fn.oid = f.relnamespace
WHERE o.contype IN ('p', 'f', 'c') AND {_TABLES}
ORDER BY 1, 2, 3"""

INDEXES = f"""
SELECT n.nspname::text, c.relname::text, x.relname::text, i.indisunique, m.amname::text,
       pg_get_expr(i.indpred, i.indrelid),
       array_agg(jsonb_build_object(
         'name', a.attname, 'expression', CASE WHEN k.number = 0 THEN pg_get_indexdef(x.oid, k.place::int, true) END,
         'descending', k.option & 1 = 1, 'nulls_first', k.option & 2 = 2,
         'operator_class', CASE WHEN NOT p.opcdefault THEN p.opcname END,
         'collation', CASE WHEN k.ordering <> coalesce(nullif(a.attcollation, 0), k.ordering) THEN
           (SELECT quote_ident(collname) FROM pg_collation WHERE oid = k.ordering) END
       ) ORDER BY k.place) FILTER (WHERE k.place <= i.indnkeyatts),
       coalesce(array_agg(a.attname::text ORDER BY k.place) FILTER (WHERE k.place > i.indnkeyatts), '{{}}'),
       NOT coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::bool, false), coalesce(x.reloptions, '{{}}'),
       o.oid IS NOT NULL, {_DEFERRABLE.format("o")}, i.indisvalid,
       {_COMMENT.format(object="x.oid", kind="pg_class", part=0)}
FROM pg_index i
JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_am m ON m.oid = x.relam
LEFT JOIN pg_constraint o ON o.conindid = x.oid AND o.contype = 'u'
CROSS JOIN LATERAL unnest(i.indkey::int2[], i.indoption::int2[], i.indclass::oid[], i.indcollation::oid[])
  WITH ORDINALITY k (number, option, class, ordering, place)
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number AND k.number <> 0
LEFT JOIN pg_opclass p ON p.oid = k.class
WHERE NOT i.indisprimary AND NOT i.indisexclusion AND {_TABLES}
GROUP BY n.nspname, c.relname, x.relname, x.oid, x.reloptions, i.indisunique, m.amname, i.indpred, i.indrelid,
         i.indisvalid, i.indnkeyatts, to_jsonb(i) ->> 'indnullsnotdistinct', o.oid, o.condeferred, o.condeferrable
ORDER BY 1, 2, 3"""

_SEQUENCE = f"""format('CREATE SEQUENCE %s%I AS %s INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s CACHE %s%s',
       {_PLACE}, c.relname, format_type(s.seqtypid, NULL), s.seqincrement, s.seqmin, s.seqmax, s.seqstart, s.seqcache,
       CASE WHEN s.seqcycle THEN ' CYCLE' ELSE '' END)"""

_UNUSUAL_SEQUENCE = """(s.seqincrement <> 1 OR s.seqmin <> 1 OR s.seqstart <> 1 OR s.seqcache <> 1 OR s.seqcycle
       OR s.seqmax <> CASE s.seqtypid WHEN 'int2'::regtype THEN 32767 WHEN 'int4'::regtype THEN 2147483647
                      ELSE 9223372036854775807 END)"""

UNMANAGED = f"""
SELECT 'trigger', n.nspname::text, c.relname::text, t.tgname::text,
       pg_get_triggerdef(t.oid) || CASE t.tgenabled WHEN 'D' THEN ' -- disabled' WHEN 'R' THEN ' -- on replicas only'
         WHEN 'A' THEN ' -- always' ELSE '' END
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal AND n.nspname IN ($scope) AND {_OWN.format("t")}
UNION ALL
SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END, n.nspname::text, NULL,
       p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')',
       CASE WHEN p.prokind = 'a' THEN (SELECT format('SFUNC = %s, STYPE = %s, INITCOND = %L', g.aggtransfn,
         format_type(g.aggtranstype, NULL), g.agginitval) FROM pg_aggregate g WHERE g.aggfnoid = p.oid)
       ELSE pg_get_functiondef(p.oid) END
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname IN ($scope) AND {_OWN.format("p")}
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'i')
UNION ALL
SELECT 'index', n.nspname::text, c.relname::text, x.relname::text, pg_get_indexdef(x.oid)
FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'm' AND n.nspname IN ($scope) AND {_OWN.format("c")}
UNION ALL
SELECT 'constraint', n.nspname::text, c.relname::text, o.conname::text, pg_get_constraintdef(o.oid)
FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE o.contype = 'x' AND {_TABLES}
UNION ALL
SELECT 'rule', n.nspname::text, c.relname::text, r.rulename::text, pg_get_ruledef(r.oid)
FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE r.rulename <> '_RETURN' AND n.nspname IN ($scope) AND {_OWN.format("r")}
UNION ALL
SELECT 'policy', n.nspname::text, c.relname::text, p.polname::text,
       format('CREATE POLICY %I ON %s%I AS %s FOR %s TO %s%s%s', p.polname, {_PLACE}, c.relname,
         CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
         CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE'
           ELSE 'ALL' END,
         CASE WHEN p.polroles = '{{0}}' THEN 'public'
           ELSE (SELECT string_agg(quote_ident(rolname), ', ' ORDER BY rolname) FROM pg_roles WHERE oid = ANY (p.polroles)) END,
         coalesce(' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', ''),
         coalesce(' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', ''))
FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ($scope)
UNION ALL
SELECT 'domain', n.nspname::text, NULL, t.typname::text,
       format('CREATE DOMAIN %s%I AS %s%s%s%s', {_PLACE}, t.typname, format_type(t.typbasetype, t.typtypmod),
         coalesce(' DEFAULT ' || t.typdefault, ''), CASE WHEN t.typnotnull THEN ' NOT NULL' ELSE '' END,
         (SELECT string_agg(format(' CONSTRAINT %I %s', o.conname, pg_get_constraintdef(o.oid)), '' ORDER BY o.conname)
          FROM pg_constraint o WHERE o.contypid = t.oid AND o.contype = 'c'))
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype = 'd' AND n.nspname IN ($scope) AND {_OWN.format("t")}
UNION ALL
SELECT 'type', n.nspname::text, NULL, t.typname::text,
       format('CREATE TYPE %s%I AS (%s)', {_PLACE}, t.typname,
         (SELECT string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY a.attnum)
          FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped))
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace JOIN pg_class c ON c.oid = t.typrelid
WHERE t.typtype = 'c' AND c.relkind = 'c' AND n.nspname IN ($scope) AND {_OWN.format("t")}
UNION ALL
SELECT 'type', n.nspname::text, NULL, t.typname::text,
       format('CREATE TYPE %s%I AS RANGE (SUBTYPE = %s)', {_PLACE}, t.typname, format_type(r.rngsubtype, NULL))
FROM pg_range r JOIN pg_type t ON t.oid = r.rngtypid JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE n.nspname IN ($scope) AND {_OWN.format("t")}
UNION ALL
SELECT 'sequence', n.nspname::text, o.relname::text, c.relname::text, {_SEQUENCE}
FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_depend d ON d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
  AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
LEFT JOIN pg_class o ON o.oid = d.refobjid
WHERE (o.oid IS NULL OR {_UNUSUAL_SEQUENCE}) AND n.nspname IN ($scope) AND {_OWN.format("c")}
UNION ALL
SELECT 'statistics', n.nspname::text, c.relname::text, e.stxname::text, pg_get_statisticsobjdef(e.oid)
FROM pg_statistic_ext e JOIN pg_class c ON c.oid = e.stxrelid JOIN pg_namespace n ON n.oid = e.stxnamespace
WHERE n.nspname IN ($scope)
UNION ALL
SELECT 'partition', n.nspname::text, p.relname::text, c.relname::text, pg_get_expr(c.relpartbound, c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_inherits h ON h.inhrelid = c.oid JOIN pg_class p ON p.oid = h.inhparent
WHERE c.relispartition AND c.relkind IN ('r', 'p', 'f') AND n.nspname IN ($scope)
UNION ALL
SELECT 'event trigger', NULL, NULL, e.evtname::text,
       format('ON %s EXECUTE FUNCTION %s()%s', e.evtevent, e.evtfoid::regproc,
         CASE e.evtenabled WHEN 'D' THEN ' -- disabled' ELSE '' END)
FROM pg_event_trigger e WHERE {_OWN.format("e")}
UNION ALL
SELECT 'publication', NULL, NULL, p.pubname::text,
       format('FOR %s', CASE WHEN p.puballtables THEN 'ALL TABLES' ELSE coalesce(
         (SELECT string_agg(r.prrelid::regclass::text, ', ' ORDER BY r.prrelid::regclass::text)
          FROM pg_publication_rel r WHERE r.prpubid = p.oid), 'nothing') END)
FROM pg_publication p
UNION ALL
SELECT 'grant', n.nspname::text, c.relname::text, CASE WHEN g.grantee = 0 THEN 'public' ELSE g.grantee::regrole::text END,
       string_agg(g.privilege_type || CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END, ', '
         ORDER BY g.privilege_type)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL aclexplode(c.relacl) g
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND g.grantee <> c.relowner AND n.nspname IN ($scope)
  AND c.relname <> '$hidden' AND {_OWN.format("c")}
GROUP BY 1, 2, 3, 4
UNION ALL
SELECT 'owner', n.nspname::text, c.relname::text, c.relname::text, 'OWNER TO ' || c.relowner::regrole
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {_RELATIONS} AND c.relowner <> (
  SELECT mode() WITHIN GROUP (ORDER BY m.relowner) FROM pg_class m
  WHERE m.relnamespace = n.oid AND m.relkind IN ('r', 'p', 'v', 'm', 'f'))"""


IN_FULL = f"""
SELECT 'constraint', n.nspname::text, c.relname::text, o.conname::text, pg_get_constraintdef(o.oid)
FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE o.contype IN ('u', 'f') AND {_TABLES}
UNION ALL
SELECT 'index', n.nspname::text, c.relname::text, x.relname::text, pg_get_indexdef(x.oid)
FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT EXISTS (SELECT FROM pg_constraint o WHERE o.conindid = x.oid AND o.contype IN ('p', 'u', 'x')) AND {_TABLES}
UNION ALL
SELECT 'large object', NULL, NULL, l.oid::text, '' FROM pg_largeobject_metadata l"""
"""Indexes and keys in the server's own words, and what no words of ours make."""

BORROWED = f"""
SELECT n.nspname::text, c.relname::text, a.attname::text, pg_get_expr(d.adbin, d.adrelid)
FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.adnum
WHERE pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%' AND {_TABLES}
  AND pg_get_serial_sequence(quote_ident(n.nspname) || '.' || quote_ident(c.relname), a.attname) IS NULL"""
"""Columns that are numbered by a sequence which belongs to no column."""

_UNKNOWN = (
    ("operator", "pg_operator", "oprname"),
    ("operator class", "pg_opclass", "opcname"),
    ("cast", "pg_cast", "castsource::regtype"),
    ("conversion", "pg_conversion", "conname"),
    ("collation", "pg_collation", "collname"),
    ("text search configuration", "pg_ts_config", "cfgname"),
    ("text search dictionary", "pg_ts_dict", "dictname"),
    ("text search parser", "pg_ts_parser", "prsname"),
    ("foreign-data wrapper", "pg_foreign_data_wrapper", "fdwname"),
    ("foreign server", "pg_foreign_server", "srvname"),
    ("language", "pg_language", "lanname"),
    ("transform", "pg_transform", "trftype::regtype"),
    ("access method", "pg_am", "amname"),
    ("base type", "(SELECT oid, typname FROM pg_type WHERE typtype = 'b' AND typcategory <> 'A')", "typname"),
)

_FIRST_OWN = 16384
"""Objects below this number are the server's: https://www.postgresql.org/docs/current/system-catalog-initial-data.html."""

UNKNOWN = "\nUNION ALL".join(
    f"\nSELECT '{kind}', NULL, NULL, x.{name}::text, '' FROM {table} x WHERE x.oid >= {_FIRST_OWN} AND {_OWN.format('x')}"
    for kind, table, name in _UNKNOWN
)
"""Objects that introspection passes over: no migration of ours makes them."""
