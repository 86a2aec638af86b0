-- ==== 1_transactions
BEGIN;
SELECT 1;
COMMIT;
START TRANSACTION;
SAVEPOINT a;
ROLLBACK;
-- ==== 2_settings
SET lock_timeout = '2s';
SET LOCAL statement_timeout = '5s';
SET search_path TO x;
RESET ROLE;
SET CONSTRAINTS ALL DEFERRED;
LOCK TABLE "User" IN ACCESS EXCLUSIVE MODE;
-- ==== 3_not_for_the_server
\copy "User" FROM 'x.csv'
-- ==== 3_rows_for_nobody
COPY "User" ("id") FROM STDIN;
-- ==== 4_types
CREATE TABLE "Odd" ("id" INTEGER PRIMARY KEY, "a" CHAR(3), "b" JSON, "c" MONEY, "d" character(2)[], "e" JSONB,
  "a_name_that_is_so_long_that_the_database_cuts_it_without_saying_so" TEXT);
ALTER TABLE "Odd" ALTER COLUMN "e" TYPE json;
CREATE DOMAIN "Mail" AS TEXT CHECK (VALUE LIKE '%@%');
CREATE DOMAIN "Plain" AS TEXT;
ALTER DOMAIN "Plain" ADD CONSTRAINT "c" CHECK (VALUE <> '');

--| warning[transaction-in-script]: BEGIN stands in the way of the transaction around the migration
--|  --> 1_transactions:1:1
--|   |
--| 1 | BEGIN;
--|   | ^^^^^
--|   help: Take them out. Those that Prisma writes around an enum are let pass.
--|
--| warning[transaction-in-script]: COMMIT stands in the way of the transaction around the migration
--|  --> 1_transactions:3:1
--|   |
--| 3 | COMMIT;
--|   | ^^^^^^
--|   help: Take them out. Those that Prisma writes around an enum are let pass.
--|
--| warning[transaction-in-script]: START stands in the way of the transaction around the migration
--|  --> 1_transactions:4:1
--|   |
--| 4 | START TRANSACTION;
--|   | ^^^^^^^^^^^^^^^^^
--|   help: Take them out. Those that Prisma writes around an enum are let pass.
--|
--| warning[transaction-in-script]: SAVEPOINT stands in the way of the transaction around the migration
--|  --> 1_transactions:5:1
--|   |
--| 5 | SAVEPOINT a;
--|   | ^^^^^^^^^^^
--|   help: Take them out. Those that Prisma writes around an enum are let pass.
--|
--| error[not-runnable]: the script undoes its transaction, and is refused
--|  --> 1_transactions:6:1
--|   |
--| 6 | ROLLBACK;
--|   | ^^^^^^^^
--|   help: Take it out; load rows in a migrate.py beside the SQL.
--|
--| note[session-setting]: lock_timeout stays set on the connection
--|  --> 2_settings:1:1
--|   |
--| 1 | SET lock_timeout = '2s';
--|   | ^^^^^^^^^^^^^^^^^^^^^^^
--|   help: SET LOCAL, or set_config(…, true).
--|
--| note[session-setting]: search_path stays set on the connection
--|  --> 2_settings:3:1
--|   |
--| 3 | SET search_path TO x;
--|   | ^^^^^^^^^^^^^^^^^^^^
--|   help: SET LOCAL, or set_config(…, true).
--|
--| note[session-setting]: role stays set on the connection
--|  --> 2_settings:4:1
--|   |
--| 4 | RESET ROLE;
--|   | ^^^^^^^^^^
--|   help: SET LOCAL, or set_config(…, true).
--|
--| warning[explicit-lock]: the table stays locked until the migration ends
--|  --> 2_settings:6:1
--|   |
--| 6 | LOCK TABLE "User" IN ACCESS EXCLUSIVE MODE;
--|   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Leave it out: statements take the locks that they need; or name the weakest MODE that does.
--|
--| error[not-runnable]: `\copy "User" FROM 'x.csv'` is a command of psql, which only psql understands
--|  --> 3_not_for_the_server:1:1
--|   |
--| 1 | \copy "User" FROM 'x.csv'
--|   | ^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: take it out; what it does to the session or the files has no place in a migration
--|
--| error[not-runnable]: COPY … FROM STDIN needs data that a script cannot give
--|  --> 3_rows_for_nobody:1:1
--|   |
--| 1 | COPY "User" ("id") FROM STDIN;
--|   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: write INSERT statements, load the rows in a migrate.py beside the SQL, or use psql and \copy
--|
--| note[char-type]: "a" is padded with blanks
--|  --> 4_types:1:51
--|   |
--| 1 | CREATE TABLE "Odd" ("id" INTEGER PRIMARY KEY, "a" CHAR(3), "b" JSON, "c" MONEY, "d" character(2)[], "e" JSONB,
--|   |                                                   ^^^^^^^
--|   help: text, or varchar(n) where a limit is meant: @db.Text, @db.VarChar(n).
--|
--| note[json-type]: "b" can be neither compared nor indexed
--|  --> 4_types:1:64
--|   |
--| 1 | CREATE TABLE "Odd" ("id" INTEGER PRIMARY KEY, "a" CHAR(3), "b" JSON, "c" MONEY, "d" character(2)[], "e" JSONB,
--|   |                                                                ^^^^
--|   help: jsonb: @db.JsonB, which is what Json is without an attribute.
--|
--| note[money-type]: "c" depends on the locale of the server
--|  --> 4_types:1:74
--|   |
--| 1 | CREATE TABLE "Odd" ("id" INTEGER PRIMARY KEY, "a" CHAR(3), "b" JSON, "c" MONEY, "d" character(2)[], "e" JSONB,
--|   |                                                                          ^^^^^
--|   help: numeric(p, s): Decimal @db.Decimal(p, s), and a column for the currency.
--|
--| warning[identifier-too-long]: "a_name_that_is_so_long_that_the_database_cuts_it_without_saying_so" has 66 bytes and is cut
--|  --> 4_types:2:3
--|   |
--| 2 |   "a_name_that_is_so_long_that_the_database_cuts_it_without_saying_so" TEXT);
--|   |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
--|   help: Give a shorter name with map.
--|
--| note[json-type]: "e" can be neither compared nor indexed
--|  --> 4_types:3:41
--|   |
--| 3 | ALTER TABLE "Odd" ALTER COLUMN "e" TYPE json;
--|   |                                         ^^^^
--|   help: jsonb: @db.JsonB, which is what Json is without an attribute.
--|
--| warning[domain-condition]: the domain "Mail" has a condition
--|  --> 4_types:4:30
--|   |
--| 4 | CREATE DOMAIN "Mail" AS TEXT CHECK (VALUE LIKE '%@%');
--|   |                              ^^^^^
--|   help: A CHECK on the columns.
--|
--| warning[domain-condition]: the domain "Plain" has a condition
--|  --> 4_types:6:26
--|   |
--| 6 | ALTER DOMAIN "Plain" ADD CONSTRAINT "c" CHECK (VALUE <> '');
--|   |                          ^^^^^^^^^^
--|   help: A CHECK on the columns.
