-- ==== 1_init
CREATE TABLE "User" ("id" INTEGER PRIMARY KEY, "a" TEXT, "b" TEXT);
CREATE TABLE "Post" ("id" INTEGER PRIMARY KEY, "userId" INTEGER, CONSTRAINT "Post_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id"));
-- ==== 2_lost
DELETE FROM "User";
DELETE FROM "User" WHERE "id" < 0;
UPDATE "User" SET "a" = 'x';
UPDATE ONLY "User" SET "a" = 'x' WHERE "a" IS NULL;
UPDATE "User" SET "a" = (SELECT max("b") FROM "User" WHERE true);
UPDATE "User" SET "a" = 'x', "b" = ARRAY['a', "b", "b"], "a" = 'y' WHERE "id" = 1;
UPDATE "User" SET ("a", "b") = ('x', 'y') WHERE "id" = 1;
WITH "old" AS (DELETE FROM "Post" RETURNING *) SELECT count(*) FROM "old";
TRUNCATE "User", "Post" CASCADE;
-- DELETE FROM "User"; in a comment /* and DROP TABLE "User" in another */
SELECT 'DROP TABLE "User"; DELETE FROM "User"', $$ TRUNCATE "User"; $$, E'\'; DROP TABLE "User"';
CREATE FUNCTION "f"() RETURNS trigger AS $body$ BEGIN DELETE FROM "User"; RETURN NEW; END $body$ LANGUAGE plpgsql;
-- ==== 2_foreign_keys
ALTER TABLE "Post" DROP CONSTRAINT "Post_userId_fkey";
-- ==== 2_foreign_keys_anew
ALTER TABLE "Post" ADD CONSTRAINT "Post_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") NOT VALID;
-- ==== 2_foreign_keys_changed
ALTER TABLE "Post" DROP CONSTRAINT "Post_userId_fkey";
ALTER TABLE "Post" ADD CONSTRAINT "Post_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE NOT VALID;
-- ==== 3_dropped
ALTER TABLE "Post" DROP CONSTRAINT "Post_userId_fkey";
ALTER TABLE "User" DROP COLUMN "a", DROP COLUMN IF EXISTS "b" CASCADE;
DROP TABLE "Post", "Other" CASCADE;
DROP SCHEMA "old" CASCADE;
ALTER TABLE "Expense" DROP COLUMN "urls", ADD COLUMN "urls" JSONB[] DEFAULT ARRAY[]::JSONB[];
DROP TYPE "Kind" CASCADE;
DROP VIEW "V";
DROP MATERIALIZED VIEW IF EXISTS "W", "X";
CREATE OR REPLACE VIEW "X" AS SELECT 1;
-- ==== 4_rows_and_tables
ALTER TABLE "User" ADD COLUMN "c" TEXT;
UPDATE "User" SET "c" = "id"::text WHERE "c" IS NULL;
INSERT INTO "Copy" SELECT * FROM "User";
INSERT INTO "Copy" VALUES (1);
-- ==== 5_in_steps
ALTER TABLE "User" ADD COLUMN "d" TEXT;
CREATE INDEX CONCURRENTLY "User_d_idx" ON "User" ("d");
UPDATE "User" SET "d" = "id"::text WHERE "d" IS NULL;
-- ==== 6_own_tables
CREATE TABLE "Scratch" AS SELECT * FROM "User";
UPDATE "Scratch" SET "c" = 'x';
DELETE FROM "Scratch";
ALTER TABLE "Scratch" DROP COLUMN "c";
DROP TABLE "Scratch";
-- ==== 7_keys_that_stay
ALTER TABLE "Again" ADD CONSTRAINT "Again_fkey" FOREIGN KEY ("u") REFERENCES "User"("id") NOT VALID;
-- ==== 8_made_anew
ALTER TABLE "Again" VALIDATE CONSTRAINT "Again_fkey";
CREATE INDEX CONCURRENTLY "Again_u_idx" ON "Again"("u");
-- ==== 9_rebuilt
CREATE TABLE "User_new" ("id" BIGINT PRIMARY KEY, "c" TEXT);
INSERT INTO "User_new" SELECT "id", "c" FROM "User" WHERE "c" <> '';
DROP TABLE "User";
ALTER TABLE "User_new" RENAME TO "User";

--| note[foreign-key-without-index]: the foreign key "userId" of "Post" has no index
--|  --> 1_init:2:66
--|   |
--| 2 | CREATE TABLE "Post" ("id" INTEGER PRIMARY KEY, "userId" INTEGER, CONSTRAINT "Post_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id"));
--|   |                                                                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Add @@index([…]) to the model.
--|
--| error[delete-without-where]: every row of "User" is deleted
--|  --> 2_lost:1:1
--|   |
--| 1 | DELETE FROM "User";
--|   | ^^^^^^^^^^^^^^^^^^
--|   help: Give a WHERE; where really all rows are meant, say so with an ignore.
--|
--| warning[update-without-where]: every row of "User" is updated
--|  --> 2_lost:3:1
--|   |
--| 3 | UPDATE "User" SET "a" = 'x';
--|   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Give a WHERE that leaves out the rows that are right already (`WHERE "new" IS NULL`), in batches where the table is large.
--|
--| warning[update-without-where]: every row of "User" is updated
--|  --> 2_lost:5:1
--|   |
--| 5 | UPDATE "User" SET "a" = (SELECT max("b") FROM "User" WHERE true);
--|   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Give a WHERE that leaves out the rows that are right already (`WHERE "new" IS NULL`), in batches where the table is large.
--|
--| error[assigned-twice]: "a" is set twice
--|  --> 2_lost:6:58
--|   |
--| 6 | UPDATE "User" SET "a" = 'x', "b" = ARRAY['a', "b", "b"], "a" = 'y' WHERE "id" = 1;
--|   |                                                          ^^^
--|   help: Keep the assignment that is meant.
--|
--| error[delete-without-where]: every row of "Post" is deleted
--|  --> 2_lost:8:16
--|   |
--| 8 | WITH "old" AS (DELETE FROM "Post" RETURNING *) SELECT count(*) FROM "old";
--|   |                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Give a WHERE; where really all rows are meant, say so with an ignore.
--|
--| error[truncate]: every row of "User", "Post" and of every table that refers to it is lost
--|  --> 2_lost:9:1
--|   |
--| 9 | TRUNCATE "User", "Post" CASCADE;
--|   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: DELETE with a condition, in batches; where really all rows are meant, say so with an ignore.
--|
--| note[drop-foreign-key]: nothing checks the rows of "Post" any more
--|  --> 2_foreign_keys:1:20
--|   |
--| 1 | ALTER TABLE "Post" DROP CONSTRAINT "Post_userId_fkey";
--|   |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Keep it; or be sure that the code looks after the rows.
--|
--| note[constraint-not-validated]: "Post_userId_fkey" is not validated for old rows
--|  --> 2_foreign_keys_anew:1:20
--|   |
--| 1 | ALTER TABLE "Post" ADD CONSTRAINT "Post_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") NOT VALID;
--|   |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: ALTER TABLE "Post" VALIDATE CONSTRAINT "Post_userId_fkey"; in the next migration
--|
--| note[foreign-key-without-index]: the foreign key "userId" of "Post" has no index
--|  --> 2_foreign_keys_anew:1:24
--|   |
--| 1 | ALTER TABLE "Post" ADD CONSTRAINT "Post_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") NOT VALID;
--|   |                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Add @@index([…]) to the model.
--|
--| note[constraint-not-validated]: "Post_userId_fkey" is not validated for old rows
--|  --> 2_foreign_keys_changed:2:20
--|   |
--| 2 | ALTER TABLE "Post" ADD CONSTRAINT "Post_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE NOT VALID;
--|   |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: ALTER TABLE "Post" VALIDATE CONSTRAINT "Post_userId_fkey"; in the next migration
--|
--| error[drop-column]: "a" of "User" is dropped with all its values
--|  --> 3_dropped:2:20
--|   |
--| 2 | ALTER TABLE "User" DROP COLUMN "a", DROP COLUMN IF EXISTS "b" CASCADE;
--|   |                    ^^^^^^^^^^^^^^^
--|   help: Take the field out of the schema's code first, deploy that, drop the column in a later migration, and say so with an ignore.
--|
--| error[drop-column]: "b" of "User" is dropped with all its values
--|  --> 3_dropped:2:37
--|   |
--| 2 | ALTER TABLE "User" DROP COLUMN "a", DROP COLUMN IF EXISTS "b" CASCADE;
--|   |                                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Take the field out of the schema's code first, deploy that, drop the column in a later migration, and say so with an ignore.
--|
--| warning[drop-cascade]: CASCADE drops things that the script does not name
--|  --> 3_dropped:2:63
--|   |
--| 2 | ALTER TABLE "User" DROP COLUMN "a", DROP COLUMN IF EXISTS "b" CASCADE;
--|   |                                                               ^^^^^^^
--|   help: Drop what hangs on it by name, first.
--|
--| error[drop-table]: "Post" is dropped with all its rows
--|  --> 3_dropped:3:1
--|   |
--| 3 | DROP TABLE "Post", "Other" CASCADE;
--|   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Deploy code that no longer uses the table, keep a copy of its rows, drop it in a later migration, and say so with an ignore.
--|
--| error[drop-table]: "Other" is dropped with all its rows
--|  --> 3_dropped:3:1
--|   |
--| 3 | DROP TABLE "Post", "Other" CASCADE;
--|   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Deploy code that no longer uses the table, keep a copy of its rows, drop it in a later migration, and say so with an ignore.
--|
--| warning[drop-cascade]: CASCADE drops things that the script does not name
--|  --> 3_dropped:3:28
--|   |
--| 3 | DROP TABLE "Post", "Other" CASCADE;
--|   |                            ^^^^^^^
--|   help: Drop what hangs on it by name, first.
--|
--| error[drop-schema]: schema old is dropped
--|  --> 3_dropped:4:1
--|   |
--| 4 | DROP SCHEMA "old" CASCADE;
--|   | ^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Drop the tables one by one, and the empty schema by hand.
--|
--| warning[drop-cascade]: CASCADE drops things that the script does not name
--|  --> 3_dropped:4:19
--|   |
--| 4 | DROP SCHEMA "old" CASCADE;
--|   |                   ^^^^^^^
--|   help: Drop what hangs on it by name, first.
--|
--| error[drop-column]: "urls" of "Expense" is dropped with all its values
--|  --> 3_dropped:5:23
--|   |
--| 5 | ALTER TABLE "Expense" DROP COLUMN "urls", ADD COLUMN "urls" JSONB[] DEFAULT ARRAY[]::JSONB[];
--|   |                       ^^^^^^^^^^^^^^^^^^
--|   help: Take the field out of the schema's code first, deploy that, drop the column in a later migration, and say so with an ignore.
--|
--| warning[drop-cascade]: CASCADE drops things that the script does not name
--|  --> 3_dropped:6:18
--|   |
--| 6 | DROP TYPE "Kind" CASCADE;
--|   |                  ^^^^^^^
--|   help: Drop what hangs on it by name, first.
--|
--| warning[drop-view]: "V" is dropped, and code that still runs may read it
--|  --> 3_dropped:7:1
--|   |
--| 7 | DROP VIEW "V";
--|   | ^^^^^^^^^^^^^
--|   help: Deploy code that no longer reads it, and drop it in a later migration.
--|
--| warning[drop-view]: "W" is dropped, and code that still runs may read it
--|  --> 3_dropped:8:1
--|   |
--| 8 | DROP MATERIALIZED VIEW IF EXISTS "W", "X";
--|   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Deploy code that no longer reads it, and drop it in a later migration.
--|
--| warning[rows-with-schema-change]: everybody who uses "User" waits until the rows of "User" are written
--|  --> 4_rows_and_tables:2:1
--|   |
--| 2 | UPDATE "User" SET "c" = "id"::text WHERE "c" IS NULL;
--|   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Move the UPDATE, DELETE or INSERT … SELECT to a migration of its own, in batches where the table is large.
--|
--| warning[rows-with-schema-change]: everybody who uses "User" waits until the rows of "Copy" are written
--|  --> 4_rows_and_tables:3:1
--|   |
--| 3 | INSERT INTO "Copy" SELECT * FROM "User";
--|   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Move the UPDATE, DELETE or INSERT … SELECT to a migration of its own, in batches where the table is large.
--|
--| note[foreign-key-without-index]: the foreign key "u" of "Again" has no index
--|  --> 7_keys_that_stay:1:25
--|   |
--| 1 | ALTER TABLE "Again" ADD CONSTRAINT "Again_fkey" FOREIGN KEY ("u") REFERENCES "User"("id") NOT VALID;
--|   |                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Add @@index([…]) to the model.
--|
--| error[drop-column]: "User" is made anew, and the values of "d" are lost
--|  --> 9_rebuilt:1:14
--|   |
--| 1 | CREATE TABLE "User_new" ("id" BIGINT PRIMARY KEY, "c" TEXT);
--|   |              ^^^^^^^^^^
--|   help: Take the field out of the schema's code first, deploy that, drop the column in a later migration, and say so with an ignore.
--|
--| error[rebuild-without-rows]: not every row is copied to "User_new"; the others are dropped
--|  --> 9_rebuilt:2:13
--|   |
--| 2 | INSERT INTO "User_new" SELECT "id", "c" FROM "User" WHERE "c" <> '';
--|   |             ^^^^^^^^^^
--|   help: Copy with INSERT INTO … SELECT … FROM the old table, without a condition, before it is dropped.
