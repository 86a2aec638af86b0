-- ==== 1_affinity
CREATE TABLE "A" ("id" TEXT PRIMARY KEY, "a" STRING, "b" UUID, "c" JSON, "d" POINT, "e" INTERVAL, "f" VARCHAR(20), "g" DATETIME,
  "h" DECIMAL, "i" BIGINT, "j" UNSIGNED BIG INT, "k" DOUBLE PRECISION, "l" JSONB, "m", "n" BOOLEAN, "o" INTEGER UNSIGNED);
ALTER TABLE "A" ADD COLUMN "p" STRING;
CREATE TABLE "B" ("id" INT PRIMARY KEY, "a" TEXT);
CREATE TABLE "C" ("id" TEXT NOT NULL PRIMARY KEY, "a" STRING) STRICT;
CREATE TABLE "D" ("a" INTEGER PRIMARY KEY AUTOINCREMENT) WITHOUT ROWID;
CREATE TABLE "E" ("a" INTEGER) WITHOUT ROWID;
CREATE TABLE "F" ("a" TEXT, "b" TEXT, PRIMARY KEY ("a", "b")) WITHOUT ROWID;
CREATE TABLE "G" ("id" INTEGER PRIMARY KEY, "a" TEXT);
-- ==== 2_quotes
CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "role" TEXT DEFAULT "USER", "kind" TEXT DEFAULT 'A' CHECK ("kind" IN ("A", 'B')));
INSERT INTO "T" ("id", "role") VALUES (1, 'it''s "quoted"'), (2, "ADMIN");
UPDATE "T" SET "role" = 'x' WHERE "role" IN ("ADMIN");
SELECT [id], `role`, "kind" FROM "T" WHERE "role" IN (SELECT "role" FROM "T");

--| warning[nullable-primary-key]: "id" is a primary key that may be null
--|  --> 1_affinity:1:19
--|   |
--| 1 | CREATE TABLE "A" ("id" TEXT PRIMARY KEY, "a" STRING, "b" UUID, "c" JSON, "d" POINT, "e" INTERVAL, "f" VARCHAR(20), "g" DATETIME,
--|   |                   ^^^^
--|   help: Write NOT NULL, or make the table WITHOUT ROWID or STRICT.
--|
--| warning[type-affinity]: texts in "a" that look like numbers become numbers: SQLite knows no STRING
--|  --> 1_affinity:1:46
--|   |
--| 1 | CREATE TABLE "A" ("id" TEXT PRIMARY KEY, "a" STRING, "b" UUID, "c" JSON, "d" POINT, "e" INTERVAL, "f" VARCHAR(20), "g" DATETIME,
--|   |                                              ^^^^^^
--|   help: TEXT, INTEGER, REAL, BLOB; or a STRICT table.
--|
--| warning[type-affinity]: texts in "b" that look like numbers become numbers: SQLite knows no UUID
--|  --> 1_affinity:1:58
--|   |
--| 1 | CREATE TABLE "A" ("id" TEXT PRIMARY KEY, "a" STRING, "b" UUID, "c" JSON, "d" POINT, "e" INTERVAL, "f" VARCHAR(20), "g" DATETIME,
--|   |                                                          ^^^^
--|   help: TEXT, INTEGER, REAL, BLOB; or a STRICT table.
--|
--| warning[type-affinity]: texts in "c" that look like numbers become numbers: SQLite knows no JSON
--|  --> 1_affinity:1:68
--|   |
--| 1 | CREATE TABLE "A" ("id" TEXT PRIMARY KEY, "a" STRING, "b" UUID, "c" JSON, "d" POINT, "e" INTERVAL, "f" VARCHAR(20), "g" DATETIME,
--|   |                                                                    ^^^^
--|   help: TEXT, INTEGER, REAL, BLOB; or a STRICT table.
--|
--| warning[type-affinity]: texts in "d" that look like numbers become whole numbers: SQLite knows no POINT
--|  --> 1_affinity:1:78
--|   |
--| 1 | CREATE TABLE "A" ("id" TEXT PRIMARY KEY, "a" STRING, "b" UUID, "c" JSON, "d" POINT, "e" INTERVAL, "f" VARCHAR(20), "g" DATETIME,
--|   |                                                                              ^^^^^
--|   help: TEXT, INTEGER, REAL, BLOB; or a STRICT table.
--|
--| warning[type-affinity]: texts in "e" that look like numbers become whole numbers: SQLite knows no INTERVAL
--|  --> 1_affinity:1:89
--|   |
--| 1 | CREATE TABLE "A" ("id" TEXT PRIMARY KEY, "a" STRING, "b" UUID, "c" JSON, "d" POINT, "e" INTERVAL, "f" VARCHAR(20), "g" DATETIME,
--|   |                                                                                         ^^^^^^^^
--|   help: TEXT, INTEGER, REAL, BLOB; or a STRICT table.
--|
--| warning[type-affinity]: texts in "p" that look like numbers become numbers: SQLite knows no STRING
--|  --> 1_affinity:3:32
--|   |
--| 3 | ALTER TABLE "A" ADD COLUMN "p" STRING;
--|   |                                ^^^^^^
--|   help: TEXT, INTEGER, REAL, BLOB; or a STRICT table.
--|
--| warning[nullable-primary-key]: "id" is a primary key that may be null
--|  --> 1_affinity:4:19
--|   |
--| 4 | CREATE TABLE "B" ("id" INT PRIMARY KEY, "a" TEXT);
--|   |                   ^^^^
--|   help: Write NOT NULL, or make the table WITHOUT ROWID or STRICT.
--|
--| warning[int-primary-key]: nothing numbers "id": its type is INT
--|  --> 1_affinity:4:19
--|   |
--| 4 | CREATE TABLE "B" ("id" INT PRIMARY KEY, "a" TEXT);
--|   |                   ^^^^
--|   help: INTEGER PRIMARY KEY.
--|
--| error[strict-type]: "a" has the type STRING
--|  --> 1_affinity:5:51
--|   |
--| 5 | CREATE TABLE "C" ("id" TEXT NOT NULL PRIMARY KEY, "a" STRING) STRICT;
--|   |                                                   ^^^
--|   help: TEXT for dates, decimals and JSON, INTEGER for truth values.
--|
--| error[without-rowid]: "D" cannot be WITHOUT ROWID
--|  --> 1_affinity:6:14
--|   |
--| 6 | CREATE TABLE "D" ("a" INTEGER PRIMARY KEY AUTOINCREMENT) WITHOUT ROWID;
--|   |              ^^^
--|   help: Declare a PRIMARY KEY without AUTOINCREMENT, or leave out WITHOUT ROWID.
--|
--| error[without-rowid]: "E" cannot be WITHOUT ROWID
--|  --> 1_affinity:7:14
--|   |
--| 7 | CREATE TABLE "E" ("a" INTEGER) WITHOUT ROWID;
--|   |              ^^^
--|   help: Declare a PRIMARY KEY without AUTOINCREMENT, or leave out WITHOUT ROWID.
--|
--| warning[double-quoted-text]: "USER" is a name, not a text
--|  --> 2_quotes:1:65
--|   |
--| 1 | CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "role" TEXT DEFAULT "USER", "kind" TEXT DEFAULT 'A' CHECK ("kind" IN ("A", 'B')));
--|   |                                                                 ^^^^^^
--|   help: 'text'.
--|
--| warning[double-quoted-text]: "A" is a name, not a text
--|  --> 2_quotes:1:115
--|   |
--| 1 | CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "role" TEXT DEFAULT "USER", "kind" TEXT DEFAULT 'A' CHECK ("kind" IN ("A", 'B')));
--|   |                                                                                                                   ^^^
--|   help: 'text'.
--|
--| warning[double-quoted-text]: "ADMIN" is a name, not a text
--|  --> 2_quotes:2:66
--|   |
--| 2 | INSERT INTO "T" ("id", "role") VALUES (1, 'it''s "quoted"'), (2, "ADMIN");
--|   |                                                                  ^^^^^^^
--|   help: 'text'.
--|
--| warning[double-quoted-text]: "ADMIN" is a name, not a text
--|  --> 2_quotes:3:46
--|   |
--| 3 | UPDATE "T" SET "role" = 'x' WHERE "role" IN ("ADMIN");
--|   |                                              ^^^^^^^
--|   help: 'text'.
