"""Kinds of operations, each a migration in either database's words, on tables with rows in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Operation:
    """One kind: the script of a migration that follows on `BEFORE`, and the module beside it, if any."""

    name: str
    script: str
    python: str | None = None


BEFORE: Mapping[str, str] = {
    "sqlite": """
CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "email" TEXT NOT NULL, "age" INTEGER);
CREATE UNIQUE INDEX "User_email_key" ON "User" ("email");
CREATE TABLE "Post" ("id" INTEGER NOT NULL PRIMARY KEY, "title" TEXT NOT NULL, "authorId" INTEGER NOT NULL,
  CONSTRAINT "Post_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE);
INSERT INTO "User" VALUES (1, 'a@x', 1), (2, 'b@x', 2), (9, 'c@x', NULL);
INSERT INTO "Post" VALUES (1, 'one', 1), (2, 'two', 1), (3, 'three', 9);
CREATE VIEW "titles" AS SELECT "title" FROM "Post";
""",
    "postgresql": """
CREATE TYPE "Kind" AS ENUM ('NEWS', 'NOTE');
CREATE TABLE "User" ("id" SERIAL NOT NULL, "email" TEXT NOT NULL, "age" INTEGER, "kind" "Kind" NOT NULL DEFAULT 'NEWS',
  CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
CREATE UNIQUE INDEX "User_email_key" ON "User" ("email");
CREATE TABLE "Post" ("id" INTEGER NOT NULL, "title" TEXT NOT NULL, "authorId" INTEGER NOT NULL,
  CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
ALTER TABLE "Post" ADD CONSTRAINT "Post_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "User" ("id") ON DELETE CASCADE;
INSERT INTO "User" ("id", "email", "age") VALUES (1, 'a@x', 1), (2, 'b@x', 2), (9, 'c@x', NULL);
INSERT INTO "Post" VALUES (1, 'one', 1), (2, 'two', 1), (3, 'three', 9);
CREATE TABLE "Event" ("id" INTEGER, "day" INTEGER) PARTITION BY LIST ("day");
CREATE TABLE "Event_1" PARTITION OF "Event" FOR VALUES IN (1);
INSERT INTO "Event" VALUES (1, 1), (2, 1);
""",
}

_SHARED = (
    Operation(
        "create tables",
        'CREATE TABLE "Tag" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT);\n'
        'CREATE TABLE "_PostToTag" ("A" INTEGER NOT NULL, "B" INTEGER NOT NULL);\n'
        'CREATE UNIQUE INDEX "_PostToTag_AB_unique" ON "_PostToTag" ("A", "B");\n'
        "INSERT INTO \"Tag\" VALUES (1, 'first');",
    ),
    Operation("drop a table", 'DROP TABLE "Post";'),
    Operation(
        "add columns",
        'ALTER TABLE "User" ADD COLUMN "name" TEXT;\nALTER TABLE "User" ADD COLUMN "fax" TEXT;',
    ),
    Operation("drop a column", 'ALTER TABLE "User" DROP COLUMN "age";'),
    Operation(
        "rename", 'ALTER TABLE "User" RENAME COLUMN "age" TO "years";\nALTER TABLE "User" RENAME TO "Person";'
    ),
    Operation("indexes", 'DROP INDEX "User_email_key";\nCREATE INDEX "User_age_idx" ON "User" ("age");'),
    Operation(
        "data",
        'UPDATE "User" SET "age" = "age" + 1;\nDELETE FROM "Post" WHERE "id" = 2;\n'
        "INSERT INTO \"Post\" VALUES (4, 'four', 2);",
    ),
    Operation("nothing", "-- This is an empty migration."),
    Operation(
        "python",
        'ALTER TABLE "User" ADD COLUMN "name" TEXT;',
        "def up(tx):\n"
        '    for row in tx.query(\'SELECT "id", "email" FROM "User" ORDER BY "id"\'):\n'
        '        tx.execute(\'UPDATE "User" SET "name" = :n WHERE "id" = :i\', n=row["email"].upper(), i=row["id"])\n',
    ),
    Operation(
        "python after a lone statement",
        'ALTER TABLE "User" ADD COLUMN "name" TEXT;\nVACUUM;',
        'def up(tx):\n    tx.execute(\'UPDATE "User" SET "age" = coalesce("age", 0) + 1\')\n',
    ),
    Operation(
        "vacuum",
        'ALTER TABLE "User" ADD COLUMN "name" TEXT;\nVACUUM;\nUPDATE "User" SET "age" = 1;',
    ),
)

OPERATIONS: Mapping[str, tuple[Operation, ...]] = {
    "sqlite": (
        *_SHARED,
        Operation(
            "rebuild",
            "-- RedefineTables\nPRAGMA defer_foreign_keys=ON;\nPRAGMA foreign_keys=OFF;\n"
            'CREATE TABLE "new_User" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "email" TEXT NOT NULL, '
            '"age" INTEGER NOT NULL DEFAULT 0);\n'
            'INSERT INTO "new_User" ("age", "email", "id") SELECT coalesce("age", 0) AS "age", "email", "id" FROM "User";\n'
            'DROP TABLE "User";\nALTER TABLE "new_User" RENAME TO "User";\n'
            'CREATE UNIQUE INDEX "User_email_key" ON "User"("email");\n'
            "PRAGMA foreign_keys=ON;\nPRAGMA defer_foreign_keys=OFF;",
        ),
        Operation(
            "journal", 'PRAGMA journal_mode = WAL;\nUPDATE "User" SET "age" = 7;\nPRAGMA synchronous = 1;'
        ),
    ),
    "postgresql": (
        *_SHARED,
        Operation("change a type", 'ALTER TABLE "User" ALTER COLUMN "age" SET DATA TYPE BIGINT;'),
        Operation(
            "require",
            'UPDATE "User" SET "age" = 0 WHERE "age" IS NULL;\nALTER TABLE "User" ALTER COLUMN "age" SET NOT NULL;',
        ),
        Operation(
            "enum anew",
            'BEGIN;\nCREATE TYPE "Kind_new" AS ENUM (\'NEWS\');\nALTER TABLE "User" ALTER COLUMN "kind" DROP DEFAULT;\n'
            'ALTER TABLE "User" ALTER COLUMN "kind" TYPE "Kind_new" USING ("kind"::text::"Kind_new");\n'
            'ALTER TYPE "Kind" RENAME TO "Kind_old";\nALTER TYPE "Kind_new" RENAME TO "Kind";\nDROP TYPE "Kind_old";\n'
            'ALTER TABLE "User" ALTER COLUMN "kind" SET DEFAULT \'NEWS\';\nCOMMIT;',
        ),
        Operation(
            "a new value, used at once",
            'ALTER TYPE "Kind" ADD VALUE \'LETTER\';\nUPDATE "User" SET "kind" = \'LETTER\' WHERE "id" = 1;',
        ),
        Operation(
            "index beside writers",
            'ALTER TABLE "User" ADD COLUMN "name" TEXT;\n'
            'CREATE UNIQUE INDEX CONCURRENTLY "User_age_key" ON "User" ("age");\n'
            'UPDATE "User" SET "age" = coalesce("age", 0) + 10;\n'
            'CREATE INDEX CONCURRENTLY IF NOT EXISTS "User_name_idx" ON "User" ("name");',
        ),
        Operation(
            "drop and reindex beside writers",
            'DROP INDEX CONCURRENTLY "User_email_key";\nREINDEX TABLE CONCURRENTLY "Post";\nDROP TABLE "Post";',
        ),
        Operation(
            "detach", 'ALTER TABLE "Event" DETACH PARTITION "Event_1" CONCURRENTLY;\nDROP TABLE "Event";'
        ),
    ),
}
