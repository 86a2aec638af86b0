-- ==== 1_transactions
CREATE TABLE "A" ("id" INTEGER PRIMARY KEY, "bId" INTEGER REFERENCES "B" ("id"));
BEGIN;
PRAGMA foreign_keys=OFF;
DROP TABLE "B";
COMMIT;
PRAGMA foreign_keys = OFF;
ROLLBACK;
-- ==== 2_settings
PRAGMA journal_mode = WAL;
PRAGMA journal_mode;
PRAGMA main.writable_schema(1);
ATTACH 'other.db' AS other;
VACUUM;
-- ==== 3_shell
.mode csv
-- ==== 4_rows
INSERT OR REPLACE INTO "A" ("id") VALUES (1);
INSERT OR IGNORE INTO "A" ("id") SELECT "id" FROM "Old";
REPLACE INTO "A" ("id") VALUES (2);
INSERT OR ABORT INTO "A" ("id") VALUES (3);
INSERT INTO "A" ("id") VALUES (1) ON CONFLICT ("id") DO NOTHING;
DELETE FROM "A";
UPDATE "A" SET "bId" = NULL;
UPDATE "A" SET "bId" = 1, "bId" = 2 WHERE "id" = 1;
DROP SCHEMA "x" CASCADE;

--| note[foreign-key-without-index]: the foreign key "bId" of "A" has no index
--|  --> 1_transactions:1:59
--|   |
--| 1 | CREATE TABLE "A" ("id" INTEGER PRIMARY KEY, "bId" INTEGER REFERENCES "B" ("id"));
--|   |                                                           ^^^^^^^^^^^^^^^^^^^^^
--|   help: Add @@index([…]) to the model.
--|
--| warning[transaction-in-script]: BEGIN stands in the way of the transaction around the migration
--|  --> 1_transactions:2:1
--|   |
--| 2 | BEGIN;
--|   | ^^^^^
--|   help: Take them out.
--|
--| error[foreign-keys-in-transaction]: SQLite does not hear this inside a transaction
--|  --> 1_transactions:3:1
--|   |
--| 3 | PRAGMA foreign_keys=OFF;
--|   | ^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Leave out BEGIN and COMMIT: Nicol switches foreign keys off before its transaction, reads the setting back, and counts rows.
--|
--| error[drop-table]: "B" is dropped with all its rows
--|  --> 1_transactions:4:1
--|   |
--| 4 | DROP TABLE "B";
--|   | ^^^^^^^^^^^^^^
--|   help: Deploy code that no longer uses the table, keep a copy of its rows, drop it in a later migration, and say so with an ignore.
--|
--| warning[transaction-in-script]: COMMIT stands in the way of the transaction around the migration
--|  --> 1_transactions:5:1
--|   |
--| 5 | COMMIT;
--|   | ^^^^^^
--|   help: Take them out.
--|
--| warning[foreign-keys-stay-off]: foreign keys stay off behind the script
--|  --> 1_transactions:6:1
--|   |
--| 6 | PRAGMA foreign_keys = OFF;
--|   | ^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: PRAGMA foreign_keys=ON; at the end.
--|
--| error[not-runnable]: the script undoes its transaction, and is refused
--|  --> 1_transactions:7:1
--|   |
--| 7 | ROLLBACK;
--|   | ^^^^^^^^
--|   help: Take it out; load rows in a migrate.py beside the SQL.
--|
--| warning[harmful-pragma]: how the file survives a crash changes for everybody
--|  --> 2_settings:1:1
--|   |
--| 1 | PRAGMA journal_mode = WAL;
--|   | ^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Leave it out; how the file is opened is said in its URL.
--|
--| warning[harmful-pragma]: the tables of SQLite itself can be written, and the file destroyed
--|  --> 2_settings:3:1
--|   |
--| 3 | PRAGMA main.writable_schema(1);
--|   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Leave it out; how the file is opened is said in its URL.
--|
--| warning[attached-file]: another file is attached
--|  --> 2_settings:4:1
--|   |
--| 4 | ATTACH 'other.db' AS other;
--|   | ^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Load rows in a migrate.py beside the SQL.
--|
--| error[not-runnable]: `.mode csv` is a command of SQLite's shell, which only the shell understands
--|  --> 3_shell:1:1
--|   |
--| 1 | .mode csv
--|   | ^
--|   help: take it out; what it does to the session or the files has no place in a migration
--|
--| warning[rows-replaced]: rows that were there are deleted where they collide
--|  --> 4_rows:1:11
--|   |
--| 1 | INSERT OR REPLACE INTO "A" ("id") VALUES (1);
--|   |           ^^^^^^^
--|   help: INSERT … ON CONFLICT (column) DO UPDATE or DO NOTHING names the one key that may collide.
--|
--| warning[rows-replaced]: rows are left out where they collide
--|  --> 4_rows:2:11
--|   |
--| 2 | INSERT OR IGNORE INTO "A" ("id") SELECT "id" FROM "Old";
--|   |           ^^^^^^
--|   help: INSERT … ON CONFLICT (column) DO UPDATE or DO NOTHING names the one key that may collide.
--|
--| warning[rows-replaced]: rows that were there are deleted where they collide
--|  --> 4_rows:3:1
--|   |
--| 3 | REPLACE INTO "A" ("id") VALUES (2);
--|   | ^^^^^^^
--|   help: INSERT … ON CONFLICT (column) DO UPDATE or DO NOTHING names the one key that may collide.
--|
--| error[delete-without-where]: every row of "A" is deleted
--|  --> 4_rows:6:1
--|   |
--| 6 | DELETE FROM "A";
--|   | ^^^^^^^^^^^^^^^
--|   help: Give a WHERE; where really all rows are meant, say so with an ignore.
--|
--| warning[update-without-where]: every row of "A" is updated
--|  --> 4_rows:7:1
--|   |
--| 7 | UPDATE "A" SET "bId" = NULL;
--|   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Give a WHERE that leaves out the rows that are right already (`WHERE "new" IS NULL`), in batches where the table is large.
--|
--| error[assigned-twice]: "bId" is set twice
--|  --> 4_rows:8:27
--|   |
--| 8 | UPDATE "A" SET "bId" = 1, "bId" = 2 WHERE "id" = 1;
--|   |                           ^^^^^
--|   help: Keep the assignment that is meant.
--|
--| error[drop-schema]: schema x is dropped
--|  --> 4_rows:9:1
--|   |
--| 9 | DROP SCHEMA "x" CASCADE;
--|   | ^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Drop the tables one by one, and the empty schema by hand.
--|
--| warning[drop-cascade]: CASCADE drops things that the script does not name
--|  --> 4_rows:9:17
--|   |
--| 9 | DROP SCHEMA "x" CASCADE;
--|   |                 ^^^^^^^
--|   help: Drop what hangs on it by name, first.
