CREATE SCHEMA other;
CREATE SCHEMA "Of ""us""";
CREATE EXTENSION vector;
CREATE TYPE mood AS ENUM ('sad', 'it''s ok');
CREATE TYPE other.pair AS (a int, b text);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE SEQUENCE other.free START WITH 7 INCREMENT BY 3;
CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT n * 2';
CREATE TABLE parent (
  id serial PRIMARY KEY, name text NOT NULL DEFAULT 'x', m mood DEFAULT 'sad', moods mood[] DEFAULT '{}', pair other.pair,
  p positive, v vector(2) DEFAULT '[1,2]', doubled int GENERATED ALWAYS AS (twice(id)) STORED, num int DEFAULT nextval('other.free'),
  self int REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED, CONSTRAINT even CHECK (twice(id) % 2 = 0)
);
CREATE TABLE "Of ""us""".child (
  id bigint GENERATED ALWAYS AS IDENTITY (START WITH 100) PRIMARY KEY, parent int NOT NULL REFERENCES parent (id) ON DELETE CASCADE,
  f float8, r real, d numeric, t timestamptz, i interval, b bytea, j jsonb, x text, l text[], "Odd ""Name" int,
  CONSTRAINT later UNIQUE (parent, x) DEFERRABLE, EXCLUDE USING gist (int4range(parent, parent + 1) WITH &&) WHERE (x = 'never')
);
CREATE UNLOGGED TABLE empty (id int PRIMARY KEY) WITH (fillfactor = 50);
CREATE TABLE secret (tenant text, v text);
ALTER TABLE secret ENABLE ROW LEVEL SECURITY;
ALTER TABLE secret FORCE ROW LEVEL SECURITY;
CREATE POLICY mine ON secret USING (tenant = current_setting('app.tenant', true));
CREATE INDEX lower_name ON parent (lower(name::text) text_pattern_ops DESC NULLS LAST) INCLUDE (m) WHERE p > 3;
CREATE UNIQUE INDEX j_index ON "Of ""us""".child (x, parent) NULLS NOT DISTINCT;
CREATE VIEW seen AS SELECT id, name FROM parent WHERE m <> 'sad';
CREATE VIEW a_view_of_it AS SELECT * FROM seen;
CREATE FUNCTION first_seen() RETURNS SETOF a_view_of_it LANGUAGE sql AS 'SELECT * FROM a_view_of_it LIMIT 1';
CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM "Of ""us""".child;
CREATE INDEX of_counted ON counted (count);
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
INSERT INTO parent (name, p, self, pair, moods) SELECT 'n' || n, nullif(n, 2), 1, ROW (n, 'a,"b'::text)::other.pair, '{sad,it''s ok}' FROM generate_series(1, 5) n;
DELETE FROM parent WHERE id = 5;
INSERT INTO "Of ""us""".child (parent, f, r, d, t, i, b, j, x, l) VALUES
  (1, 'NaN', 1.1, 12345678901234567890.123456789, 'infinity', '1 mon -2 days 03:04:05.6', '\x00ff5c', '{"a": [1, null]}', E'tab\t \\ \n\\.', '{a,NULL,"b,\"c"}'),
  (2, 0.1, 'Infinity', 'NaN', '0044-03-15 12:00 BC', NULL, '', 'null', '', '{}'),
  (3, 1e-300, -0.0, 0.10, '2024-02-29 12:00:00.000001+05', 'P1Y', NULL, '"\u00e9"', '\N', NULL);
INSERT INTO secret VALUES ('a', 'b'), ('c', 'd');
CREATE TRIGGER guard BEFORE INSERT ON "Of ""us""".child FOR EACH ROW EXECUTE FUNCTION refuse();
ALTER TABLE "Of ""us""".child DISABLE TRIGGER guard;
CREATE TRIGGER watch BEFORE UPDATE ON parent FOR EACH ROW EXECUTE FUNCTION refuse();
COMMENT ON TABLE parent IS 'it''s';
REFRESH MATERIALIZED VIEW counted;
