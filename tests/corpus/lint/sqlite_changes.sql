-- ==== 1_init
CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "name" TEXT NOT NULL, "email" TEXT, "n" INTEGER);
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");
CREATE INDEX "User_name_idx" ON "User"("name");
CREATE TRIGGER "stamp" AFTER UPDATE ON "User" BEGIN DELETE FROM "Log"; UPDATE "User" SET "n" = 1; END;
CREATE VIEW "Names" AS SELECT "name" FROM "User";
CREATE TABLE "Post" ("id" INTEGER NOT NULL PRIMARY KEY, "userId" INTEGER NOT NULL,
  CONSTRAINT "Post_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE);
-- ==== 2_columns
ALTER TABLE "User" ADD COLUMN "a" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP;
ALTER TABLE "User" ADD COLUMN "b" TEXT DEFAULT (lower('X'));
ALTER TABLE "User" ADD COLUMN "c" INTEGER DEFAULT (1 + 1);
ALTER TABLE "User" ADD COLUMN "d" TEXT NOT NULL;
ALTER TABLE "User" ADD COLUMN "e" TEXT UNIQUE;
ALTER TABLE "User" ADD COLUMN "f" INTEGER PRIMARY KEY;
ALTER TABLE "User" ADD COLUMN "g" INTEGER DEFAULT 1 REFERENCES "User" ("id");
ALTER TABLE "User" ADD COLUMN "h" TEXT GENERATED ALWAYS AS (lower("name")) STORED;
ALTER TABLE "User" ADD COLUMN "i" TEXT AS (lower("name")) VIRTUAL;
ALTER TABLE "User" ADD COLUMN "j" TEXT NOT NULL DEFAULT '';
ALTER TABLE "User" DROP COLUMN "email";
ALTER TABLE "Post" DROP COLUMN "userId";
ALTER TABLE "User" RENAME COLUMN "name" TO "fullName";
-- ==== 3_rebuilt_carelessly
CREATE TABLE "new_User" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "fullName" TEXT NOT NULL);
INSERT INTO "new_User" ("id", "fullName") SELECT "id", "fullName" FROM "User" WHERE "id" > 0;
DROP TABLE "User";
ALTER TABLE "new_User" RENAME TO "User";
-- ==== 4_rebuilt_as_prisma_does
-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_Post" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "userId" INTEGER NOT NULL,
    "title" TEXT NOT NULL DEFAULT '',
    CONSTRAINT "Post_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);
INSERT INTO "new_Post" ("id", "userId") SELECT "id", "userId" FROM "Post";
DROP TABLE "Post";
ALTER TABLE "new_Post" RENAME TO "Post";
CREATE INDEX "Post_userId_idx" ON "Post"("userId");
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
-- ==== 5_filled_by_nobody
CREATE TABLE "new_Post" ("id" INTEGER NOT NULL PRIMARY KEY, "userId" INTEGER NOT NULL, "title" TEXT NOT NULL);
DROP TABLE "Post";
ALTER TABLE "new_Post" RENAME TO "Post";
-- ==== 5_half_copied
CREATE TABLE "new_Post" ("id" INTEGER NOT NULL PRIMARY KEY, "owner" INTEGER NOT NULL, "title" TEXT NOT NULL DEFAULT '');
INSERT INTO "new_Post" ("id", "owner") SELECT "id", "userId" FROM "Post";
DROP TABLE "Post";
ALTER TABLE "new_Post" RENAME TO "Post";
-- ==== 5_all_copied
CREATE TABLE "new_Post" ("id" INTEGER NOT NULL PRIMARY KEY, "owner" INTEGER NOT NULL, "title" TEXT);
INSERT INTO "new_Post" SELECT * FROM "Post";
DROP TABLE "Post";
ALTER TABLE "new_Post" RENAME TO "Post";
-- ==== 5_required
CREATE TABLE "new_Post" ("id" INTEGER NOT NULL PRIMARY KEY, "owner" INTEGER NOT NULL, "title" TEXT NOT NULL);
INSERT INTO "new_Post" ("id", "owner", "title") SELECT "id", "owner", "title" FROM "Post";
DROP TABLE "Post";
ALTER TABLE "new_Post" RENAME TO "Post";
ALTER TABLE "User" ALTER COLUMN "email" SET NOT NULL;
-- ==== 5_nullable
CREATE TABLE "new_Post" ("id" INTEGER NOT NULL PRIMARY KEY, "owner" INTEGER NOT NULL, "title" TEXT);
INSERT INTO "new_Post" ("id", "owner", "title") SELECT "id", "owner", "title" FROM "Post";
DROP TABLE "Post";
ALTER TABLE "new_Post" RENAME TO "Post";
-- ==== 5_required_with_a_value
CREATE TABLE "new_Post" ("id" INTEGER NOT NULL PRIMARY KEY, "owner" INTEGER NOT NULL, "title" TEXT NOT NULL DEFAULT '');
INSERT INTO "new_Post" ("id", "owner", "title") SELECT "id", "owner", coalesce("title", '') AS "title" FROM "Post";
DROP TABLE "Post";
ALTER TABLE "new_Post" RENAME TO "Post";
-- ==== 6_unique
DROP VIEW "Names";
CREATE UNIQUE INDEX "Post_title_key" ON "Post"("title");
CREATE UNIQUE INDEX "Post_both_key" ON "Post"("id", "title");
ALTER TABLE "Post" RENAME TO "Article";
-- ==== 7_renamed
ALTER TABLE "Article" RENAME TO "Essay";
ALTER TABLE "Essay" RENAME COLUMN "title" TO "name";
DROP INDEX "Post_title_key";
CREATE UNIQUE INDEX "Essay_name_key" ON "Essay"("name");
CREATE UNIQUE INDEX "Essay_owner_key" ON "Essay"("owner");

--| note[foreign-key-without-index]: the foreign key "userId" of "Post" has no index
--|  --> 1_init:7:3
--|   |
--| 7 |   CONSTRAINT "Post_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE);
--|   |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Add @@index([…]) to the model.
--|
--| error[default-not-constant]: the default of "a" is not constant, which "User" refuses once it has rows
--|  --> 2_columns:1:20
--|   |
--| 1 | ALTER TABLE "User" ADD COLUMN "a" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP;
--|   |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Make the table anew, or add the column without a default and fill it by UPDATE.
--|
--| error[default-not-constant]: the default of "b" is not constant, which "User" refuses once it has rows
--|  --> 2_columns:2:20
--|   |
--| 2 | ALTER TABLE "User" ADD COLUMN "b" TEXT DEFAULT (lower('X'));
--|   |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Make the table anew, or add the column without a default and fill it by UPDATE.
--|
--| error[default-not-constant]: the default of "c" is not constant, which "User" refuses once it has rows
--|  --> 2_columns:3:20
--|   |
--| 3 | ALTER TABLE "User" ADD COLUMN "c" INTEGER DEFAULT (1 + 1);
--|   |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Make the table anew, or add the column without a default and fill it by UPDATE.
--|
--| error[required-column]: "d" has no value for the rows of "User"
--|  --> 2_columns:4:20
--|   |
--| 4 | ALTER TABLE "User" ADD COLUMN "d" TEXT NOT NULL;
--|   |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Give it a constant default; or make the table anew and say what old rows get.
--|
--| error[column-not-addable]: "e" cannot be unique when it is added to "User"
--|  --> 2_columns:5:20
--|   |
--| 5 | ALTER TABLE "User" ADD COLUMN "e" TEXT UNIQUE;
--|   |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Add a plain column and CREATE UNIQUE INDEX, make it VIRTUAL, or make the table anew.
--|
--| error[column-not-addable]: "f" cannot be the primary key when it is added to "User"
--|  --> 2_columns:6:20
--|   |
--| 6 | ALTER TABLE "User" ADD COLUMN "f" INTEGER PRIMARY KEY;
--|   |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Add a plain column and CREATE UNIQUE INDEX, make it VIRTUAL, or make the table anew.
--|
--| error[column-not-addable]: "g" cannot be a foreign key with a default when it is added to "User"
--|  --> 2_columns:7:20
--|   |
--| 7 | ALTER TABLE "User" ADD COLUMN "g" INTEGER DEFAULT 1 REFERENCES "User" ("id");
--|   |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Add a plain column and CREATE UNIQUE INDEX, make it VIRTUAL, or make the table anew.
--|
--| note[foreign-key-without-index]: the foreign key "g" of "User" has no index
--|  --> 2_columns:7:53
--|   |
--| 7 | ALTER TABLE "User" ADD COLUMN "g" INTEGER DEFAULT 1 REFERENCES "User" ("id");
--|   |                                                     ^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Add @@index([…]) to the model.
--|
--| error[column-not-addable]: "h" cannot be stored when it is added to "User"
--|  --> 2_columns:8:20
--|   |
--| 8 | ALTER TABLE "User" ADD COLUMN "h" TEXT GENERATED ALWAYS AS (lower("name")) STORED;
--|   |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Add a plain column and CREATE UNIQUE INDEX, make it VIRTUAL, or make the table anew.
--|
--| error[drop-column]: "email" of "User" is dropped with all its values
--|   --> 2_columns:11:20
--|    |
--| 11 | ALTER TABLE "User" DROP COLUMN "email";
--|    |                    ^^^^^^^^^^^^^^^^^^^
--|   help: Take the field out of the schema's code first, deploy that, drop the column in a later migration, and say so with an ignore.
--|
--| error[column-in-use]: "email" is in the index "User_email_key"
--|   --> 2_columns:11:20
--|    |
--| 11 | ALTER TABLE "User" DROP COLUMN "email";
--|    |                    ^^^^^^^^^^^^^^^^^^^
--|   help: Drop the index first; a key needs the table made anew.
--|
--| error[drop-column]: "userId" of "Post" is dropped with all its values
--|   --> 2_columns:12:20
--|    |
--| 12 | ALTER TABLE "Post" DROP COLUMN "userId";
--|    |                    ^^^^^^^^^^^^^^^^^^^^
--|   help: Take the field out of the schema's code first, deploy that, drop the column in a later migration, and say so with an ignore.
--|
--| error[column-in-use]: "userId" is in the foreign key
--|   --> 2_columns:12:20
--|    |
--| 12 | ALTER TABLE "Post" DROP COLUMN "userId";
--|    |                    ^^^^^^^^^^^^^^^^^^^^
--|   help: Drop the index first; a key needs the table made anew.
--|
--| warning[rename-column]: "name" of "User" is renamed, and code that still runs looks for it
--|   --> 2_columns:13:20
--|    |
--| 13 | ALTER TABLE "User" RENAME COLUMN "name" TO "fullName";
--|    |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Rename only the field and keep the column with @map("old_name"); or let `nicol migrate dev --expand` keep both names alike until no code of the former version runs.
--|
--| error[drop-column]: "User" is made anew, and the values of "n", "a", "b", "c", "d", "e", "f", "g", "j" are lost
--|  --> 3_rebuilt_carelessly:1:14
--|   |
--| 1 | CREATE TABLE "new_User" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "fullName" TEXT NOT NULL);
--|   |              ^^^^^^^^^^
--|   help: Take the field out of the schema's code first, deploy that, drop the column in a later migration, and say so with an ignore.
--|
--| error[rebuild-without-rows]: not every row is copied to "new_User"; the others are dropped
--|  --> 3_rebuilt_carelessly:2:13
--|   |
--| 2 | INSERT INTO "new_User" ("id", "fullName") SELECT "id", "fullName" FROM "User" WHERE "id" > 0;
--|   |             ^^^^^^^^^^
--|   help: Copy with INSERT INTO … SELECT … FROM the old table, without a condition, before it is dropped.
--|
--| warning[rebuild-loses-triggers]: the trigger "stamp" is dropped with the table
--|  --> 3_rebuilt_carelessly:3:1
--|   |
--| 3 | DROP TABLE "User";
--|   | ^^^^^^^^^^^^^^^^^
--|   help: Write CREATE TRIGGER anew behind the ALTER TABLE … RENAME.
--|
--| warning[rebuild-with-foreign-keys]: rows that refer to the table are deleted with it where foreign keys are on
--|  --> 3_rebuilt_carelessly:3:1
--|   |
--| 3 | DROP TABLE "User";
--|   | ^^^^^^^^^^^^^^^^^
--|   help: PRAGMA foreign_keys=OFF; before, PRAGMA foreign_keys=ON; behind.
--|
--| warning[table-with-view-changed]: the view "Names" reads the table that is made anew
--|  --> 3_rebuilt_carelessly:4:24
--|   |
--| 4 | ALTER TABLE "new_User" RENAME TO "User";
--|   |                        ^^^^^^^^^^^^^^^^
--|   help: DROP VIEW before, CREATE VIEW behind.
--|
--| error[rebuild-without-rows]: the old table is dropped, and nothing was copied from it to "new_Post"
--|  --> 5_filled_by_nobody:2:1
--|   |
--| 2 | DROP TABLE "Post";
--|   | ^^^^^^^^^^^^^^^^^
--|   help: Copy with INSERT INTO … SELECT … FROM the old table, without a condition, before it is dropped.
--|
--| warning[rebuild-loses-indexes]: the index "Post_userId_idx" is dropped with the table
--|  --> 5_filled_by_nobody:2:1
--|   |
--| 2 | DROP TABLE "Post";
--|   | ^^^^^^^^^^^^^^^^^
--|   help: Write CREATE INDEX anew behind the ALTER TABLE … RENAME; DROP INDEX before it says that an index is to go.
--|
--| error[drop-column]: "Post" is made anew, and the values of "title" are lost
--|  --> 5_half_copied:1:14
--|   |
--| 1 | CREATE TABLE "new_Post" ("id" INTEGER NOT NULL PRIMARY KEY, "owner" INTEGER NOT NULL, "title" TEXT NOT NULL DEFAULT '');
--|   |              ^^^^^^^^^^
--|   help: Take the field out of the schema's code first, deploy that, drop the column in a later migration, and say so with an ignore.
--|
--| warning[not-null-may-fail]: a row of "Post" may be null in "title"
--|  --> 5_required:1:87
--|   |
--| 1 | CREATE TABLE "new_Post" ("id" INTEGER NOT NULL PRIMARY KEY, "owner" INTEGER NOT NULL, "title" TEXT NOT NULL);
--|   |                                                                                       ^^^^^^^
--|   help: UPDATE … SET "column" = … WHERE "column" IS NULL before it; or copy COALESCE("column", …) where the table is made anew.
--|
--| warning[not-null-may-fail]: a row of "User" may be null in "email"
--|  --> 5_required:5:20
--|   |
--| 5 | ALTER TABLE "User" ALTER COLUMN "email" SET NOT NULL;
--|   |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: UPDATE … SET "column" = … WHERE "column" IS NULL before it; or copy COALESCE("column", …) where the table is made anew.
--|
--| warning[drop-view]: "Names" is dropped, and code that still runs may read it
--|  --> 6_unique:1:1
--|   |
--| 1 | DROP VIEW "Names";
--|   | ^^^^^^^^^^^^^^^^^
--|   help: Deploy code that no longer reads it, and drop it in a later migration.
--|
--| warning[unique-may-fail]: the rows of "Post" may hold duplicates
--|  --> 6_unique:2:1
--|   |
--| 2 | CREATE UNIQUE INDEX "Post_title_key" ON "Post"("title");
--|   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Look for duplicates in production (GROUP BY … HAVING count(*) > 1) and mend them in a migration before this one.
--|
--| warning[rename-table]: "Post" is renamed, and code that still runs looks for it
--|  --> 6_unique:4:20
--|   |
--| 4 | ALTER TABLE "Post" RENAME TO "Article";
--|   |                    ^^^^^^^^^^^^^^^^^^^
--|   help: Rename only the model and keep the table with @@map("old_name"); or rename while the application stands still.
--|
--| warning[rename-table]: "Article" is renamed, and code that still runs looks for it
--|  --> 7_renamed:1:23
--|   |
--| 1 | ALTER TABLE "Article" RENAME TO "Essay";
--|   |                       ^^^^^^^^^^^^^^^^^
--|   help: Rename only the model and keep the table with @@map("old_name"); or rename while the application stands still.
--|
--| warning[rename-column]: "title" of "Essay" is renamed, and code that still runs looks for it
--|  --> 7_renamed:2:21
--|   |
--| 2 | ALTER TABLE "Essay" RENAME COLUMN "title" TO "name";
--|   |                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Rename only the field and keep the column with @map("old_name"); or let `nicol migrate dev --expand` keep both names alike until no code of the former version runs.
--|
--| warning[unique-may-fail]: the rows of "Essay" may hold duplicates
--|  --> 7_renamed:5:1
--|   |
--| 5 | CREATE UNIQUE INDEX "Essay_owner_key" ON "Essay"("owner");
--|   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Look for duplicates in production (GROUP BY … HAVING count(*) > 1) and mend them in a migration before this one.
