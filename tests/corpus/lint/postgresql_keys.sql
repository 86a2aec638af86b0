-- ==== 1_init
CREATE TABLE "User" ("id" SERIAL NOT NULL, "email" TEXT, "teamId" INTEGER, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Team" ("id" SERIAL PRIMARY KEY);
CREATE INDEX "User_teamId_idx" ON "User"("teamId");
ALTER TABLE "User" ADD CONSTRAINT "User_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"("id") ON DELETE SET NULL;
ALTER TABLE "User" ADD CONSTRAINT "never_asked" CHECK ("email" <> '') NOT VALID;
-- ==== 2_on_a_table_in_use
CREATE INDEX "User_email_idx" ON "User"("email");
CREATE UNIQUE INDEX "User_email_key" ON "public"."User"("email");
CREATE INDEX CONCURRENTLY "fine" ON "User" ("email");
DROP INDEX "User_teamId_idx";
DROP INDEX CONCURRENTLY IF EXISTS "fine";
REINDEX TABLE "User";
REINDEX (VERBOSE) TABLE CONCURRENTLY "User";
ALTER TABLE "Log" DETACH PARTITION "Log_2020";
ALTER TABLE "Log" DETACH PARTITION "Log_2021" CONCURRENTLY;
-- ==== 3_constraints
ALTER TABLE "User" ADD CONSTRAINT "a" FOREIGN KEY ("teamId") REFERENCES "Team"("id"), ADD CONSTRAINT "b" CHECK ("email" LIKE '%@%');
ALTER TABLE "User" ADD CONSTRAINT "c" FOREIGN KEY ("teamId") REFERENCES "Team"("id") NOT VALID;
ALTER TABLE "User" VALIDATE CONSTRAINT "c";
ALTER TABLE "User" ADD CONSTRAINT "d" UNIQUE ("email");
ALTER TABLE "User" ADD CONSTRAINT "e" UNIQUE USING INDEX "User_email_key";
ALTER TABLE "User" ADD CONSTRAINT "f" EXCLUDE USING gist ("email" WITH =);
ALTER TABLE "User" ADD COLUMN "code" TEXT UNIQUE;
-- A column that is added without a value has no rows to check, and its foreign key an index.
ALTER TABLE "User" ADD COLUMN "bossId" INTEGER REFERENCES "User"("id");
CREATE INDEX CONCURRENTLY "User_bossId_idx" ON "User"("bossId");
ALTER TABLE "User" ADD COLUMN "otherId" INTEGER DEFAULT 1 REFERENCES "User"("id");
ALTER TABLE "User" ADD COLUMN "teamTwo" INTEGER;
ALTER TABLE "User" ADD FOREIGN KEY ("teamTwo") REFERENCES "Team"("id");
ALTER TABLE "User" ADD COLUMN "age" INTEGER CHECK ("age" > 0);
-- ==== 4_not_null
ALTER TABLE "User" ALTER COLUMN "email" SET NOT NULL;
ALTER TABLE "User" ADD CONSTRAINT "team_there" CHECK ("teamId" IS NOT NULL) NOT VALID;
-- ==== 5_not_null_later
ALTER TABLE "User" VALIDATE CONSTRAINT "team_there";
ALTER TABLE "User" ALTER COLUMN "teamId" SET NOT NULL;
-- ==== 6_new_tables_are_free
CREATE TABLE "New" ("id" INTEGER PRIMARY KEY, "userId" INTEGER NOT NULL, "name" TEXT);
CREATE UNIQUE INDEX "New_name_key" ON "New"("name");
CREATE INDEX ON "New" ("userId", "name");
ALTER TABLE "New" ADD CONSTRAINT "New_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id");
ALTER TABLE "New" ADD CHECK ("name" <> ''), ALTER COLUMN "name" SET NOT NULL;
ALTER TABLE "New" RENAME TO "Newer";
DROP INDEX "New_name_key";

--| note[constraint-not-validated]: "never_asked" is not validated for old rows
--|  --> 1_init:5:20
--|   |
--| 5 | ALTER TABLE "User" ADD CONSTRAINT "never_asked" CHECK ("email" <> '') NOT VALID;
--|   |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: ALTER TABLE "User" VALIDATE CONSTRAINT "never_asked"; in the next migration
--|
--| warning[index-not-concurrent]: writes to "User" wait until its index is built
--|  --> 2_on_a_table_in_use:1:1
--|   |
--| 1 | CREATE INDEX "User_email_idx" ON "User"("email");
--|   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: CREATE INDEX CONCURRENTLY; Nicol runs it outside of the transaction, as a step of its own, and mends what an interruption leaves.
--|
--| warning[unique-may-fail]: the rows of "User" may hold duplicates
--|  --> 2_on_a_table_in_use:2:1
--|   |
--| 2 | CREATE UNIQUE INDEX "User_email_key" ON "public"."User"("email");
--|   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Look for duplicates in production (GROUP BY … HAVING count(*) > 1) and mend them in a migration before this one.
--|
--| warning[index-not-concurrent]: writes to "User" wait until its index is built
--|  --> 2_on_a_table_in_use:2:1
--|   |
--| 2 | CREATE UNIQUE INDEX "User_email_key" ON "public"."User"("email");
--|   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: CREATE INDEX CONCURRENTLY; Nicol runs it outside of the transaction, as a step of its own, and mends what an interruption leaves.
--|
--| warning[drop-index-not-concurrent]: everybody who uses the table waits while "User_teamId_idx" is dropped
--|  --> 2_on_a_table_in_use:4:1
--|   |
--| 4 | DROP INDEX "User_teamId_idx";
--|   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: DROP INDEX CONCURRENTLY, which Nicol runs as a step of its own.
--|
--| warning[reindex-not-concurrent]: writes wait until the index is built anew
--|  --> 2_on_a_table_in_use:6:1
--|   |
--| 6 | REINDEX TABLE "User";
--|   | ^^^^^^^^^^^^^^^^^^^^
--|   help: REINDEX INDEX CONCURRENTLY or REINDEX TABLE CONCURRENTLY.
--|
--| warning[detach-not-concurrent]: everybody who uses "Log" waits while a partition is detached
--|  --> 2_on_a_table_in_use:8:19
--|   |
--| 8 | ALTER TABLE "Log" DETACH PARTITION "Log_2020";
--|   |                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: ALTER TABLE … DETACH PARTITION … CONCURRENTLY.
--|
--| warning[foreign-key-scan]: writes to "User" and "Team" wait while every row is checked
--|  --> 3_constraints:1:20
--|   |
--| 1 | ALTER TABLE "User" ADD CONSTRAINT "a" FOREIGN KEY ("teamId") REFERENCES "Team"("id"), ADD CONSTRAINT "b" CHECK ("email" LIKE '%@%');
--|   |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: ADD CONSTRAINT … NOT VALID here, which holds for new rows at once, and VALIDATE CONSTRAINT in the next migration.
--|
--| note[foreign-key-without-index]: the foreign key "teamId" of "User" has no index
--|  --> 3_constraints:1:24
--|   |
--| 1 | ALTER TABLE "User" ADD CONSTRAINT "a" FOREIGN KEY ("teamId") REFERENCES "Team"("id"), ADD CONSTRAINT "b" CHECK ("email" LIKE '%@%');
--|   |                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Add @@index([…]) to the model.
--|
--| warning[check-scan]: everybody who uses "User" waits while every row is checked
--|  --> 3_constraints:1:87
--|   |
--| 1 | ALTER TABLE "User" ADD CONSTRAINT "a" FOREIGN KEY ("teamId") REFERENCES "Team"("id"), ADD CONSTRAINT "b" CHECK ("email" LIKE '%@%');
--|   |                                                                                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: ADD CONSTRAINT … CHECK (…) NOT VALID here, and VALIDATE CONSTRAINT in the next migration.
--|
--| note[foreign-key-without-index]: the foreign key "teamId" of "User" has no index
--|  --> 3_constraints:2:24
--|   |
--| 2 | ALTER TABLE "User" ADD CONSTRAINT "c" FOREIGN KEY ("teamId") REFERENCES "Team"("id") NOT VALID;
--|   |                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Add @@index([…]) to the model.
--|
--| warning[validated-at-once]: "c" is validated in the transaction that added it
--|  --> 3_constraints:3:20
--|   |
--| 3 | ALTER TABLE "User" VALIDATE CONSTRAINT "c";
--|   |                    ^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Move VALIDATE CONSTRAINT to a migration of its own.
--|
--| warning[unique-constraint-scan]: everybody who uses "User" waits until the index of the unique constraint is built
--|  --> 3_constraints:4:20
--|   |
--| 4 | ALTER TABLE "User" ADD CONSTRAINT "d" UNIQUE ("email");
--|   |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: CREATE UNIQUE INDEX CONCURRENTLY first, then ADD CONSTRAINT … UNIQUE USING INDEX (or PRIMARY KEY USING INDEX).
--|
--| warning[exclusion-constraint]: everybody who uses "User" waits until its index is built
--|  --> 3_constraints:6:20
--|   |
--| 6 | ALTER TABLE "User" ADD CONSTRAINT "f" EXCLUDE USING gist ("email" WITH =);
--|   |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Declare it in CREATE TABLE; on a table in use, add it while few are there.
--|
--| warning[unique-constraint-scan]: everybody who uses "User" waits until the index of the unique constraint is built
--|  --> 3_constraints:7:20
--|   |
--| 7 | ALTER TABLE "User" ADD COLUMN "code" TEXT UNIQUE;
--|   |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: CREATE UNIQUE INDEX CONCURRENTLY first, then ADD CONSTRAINT … UNIQUE USING INDEX (or PRIMARY KEY USING INDEX).
--|
--| warning[foreign-key-scan]: writes to "User" wait while every row is checked
--|   --> 3_constraints:11:20
--|    |
--| 11 | ALTER TABLE "User" ADD COLUMN "otherId" INTEGER DEFAULT 1 REFERENCES "User"("id");
--|    |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: ADD CONSTRAINT … NOT VALID here, which holds for new rows at once, and VALIDATE CONSTRAINT in the next migration.
--|
--| note[foreign-key-without-index]: the foreign key "otherId" of "User" has no index
--|   --> 3_constraints:11:59
--|    |
--| 11 | ALTER TABLE "User" ADD COLUMN "otherId" INTEGER DEFAULT 1 REFERENCES "User"("id");
--|    |                                                           ^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Add @@index([…]) to the model.
--|
--| warning[foreign-key-scan]: writes to "User" and "Team" wait while every row is checked
--|   --> 3_constraints:13:20
--|    |
--| 13 | ALTER TABLE "User" ADD FOREIGN KEY ("teamTwo") REFERENCES "Team"("id");
--|    |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: ADD CONSTRAINT … NOT VALID here, which holds for new rows at once, and VALIDATE CONSTRAINT in the next migration.
--|
--| note[foreign-key-without-index]: the foreign key "teamTwo" of "User" has no index
--|   --> 3_constraints:13:24
--|    |
--| 13 | ALTER TABLE "User" ADD FOREIGN KEY ("teamTwo") REFERENCES "Team"("id");
--|    |                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Add @@index([…]) to the model.
--|
--| warning[check-scan]: everybody who uses "User" waits while every row is checked
--|   --> 3_constraints:14:20
--|    |
--| 14 | ALTER TABLE "User" ADD COLUMN "age" INTEGER CHECK ("age" > 0);
--|    |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: ADD CONSTRAINT … CHECK (…) NOT VALID here, and VALIDATE CONSTRAINT in the next migration.
--|
--| warning[not-null-scan]: everybody who uses "User" waits while every row is looked at for nulls
--|  --> 4_not_null:1:20
--|   |
--| 1 | ALTER TABLE "User" ALTER COLUMN "email" SET NOT NULL;
--|   |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: ADD CONSTRAINT … CHECK ("column" IS NOT NULL) NOT VALID, then VALIDATE CONSTRAINT in the next migration, then SET NOT NULL and drop the check.
--|
--| note[foreign-key-without-index]: the foreign key "userId" of "New" has no index
--|  --> 6_new_tables_are_free:4:23
--|   |
--| 4 | ALTER TABLE "New" ADD CONSTRAINT "New_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id");
--|   |                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Add @@index([…]) to the model.
