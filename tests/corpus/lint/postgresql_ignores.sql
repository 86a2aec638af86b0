-- ==== 1_silenced
-- nicol: ignore drop-table nobody has used it since March, see #12
DROP TABLE "Old";
DROP TABLE "Older"; -- nicol: ignore drop-table the same
/* nicol: ignore drop-table, drop-cascade: views went with it */
DROP TABLE "Oldest" CASCADE;
ALTER TABLE "User"
  -- nicol: ignore drop-column never filled
  DROP COLUMN "x";
-- ==== 2_not_silenced
-- nicol: ignore drop-table
DROP TABLE "A";
-- nicol: ignore drop-tabel it is a slip
DROP TABLE "B";
-- nicol: ignore drop-column nothing of the kind
DROP TABLE "C";
-- nicol: ignore
DROP TABLE "D";
-- nicol: ignore-file drop-table too late
DROP TABLE "E";
SELECT '-- nicol: ignore drop-table in a string'; DROP TABLE "F";
-- nicol: ignore drop-table behind everything
-- ==== 3_the_whole_file
-- Copied from the old system.
-- nicol: ignore-file drop-table, index-not-concurrent the tables are empty until the launch
-- nicol: ignore-file truncate there is none

DROP TABLE "A";
CREATE INDEX "i" ON "B" ("c");
DROP TABLE "C";
DELETE FROM "D";
-- ==== 4_off_rules_are_not_unused
-- nicol: ignore serial-type ours are all like that
CREATE TABLE "A" ("id" SERIAL PRIMARY KEY);

--| error[ignore-without-reason]: why is drop-table ignored?
--|  --> 2_not_silenced:1:18
--|   |
--| 1 | -- nicol: ignore drop-table
--|   |                  ^^^^^^^^^^
--|   help: `-- nicol: ignore drop-table empty since March, see #123`.
--|
--| error[drop-table]: "A" is dropped with all its rows
--|  --> 2_not_silenced:2:1
--|   |
--| 2 | DROP TABLE "A";
--|   | ^^^^^^^^^^^^^^
--|   help: Deploy code that no longer uses the table, keep a copy of its rows, drop it in a later migration, and say so with an ignore.
--|
--| error[ignore-unknown]: there is no rule drop-tabel
--|  --> 2_not_silenced:3:18
--|   |
--| 3 | -- nicol: ignore drop-tabel it is a slip
--|   |                  ^^^^^^^^^^
--|   help: did you mean drop-table?
--|
--| error[drop-table]: "B" is dropped with all its rows
--|  --> 2_not_silenced:4:1
--|   |
--| 4 | DROP TABLE "B";
--|   | ^^^^^^^^^^^^^^
--|   help: Deploy code that no longer uses the table, keep a copy of its rows, drop it in a later migration, and say so with an ignore.
--|
--| warning[ignore-unused]: nothing here would be found by drop-column
--|  --> 2_not_silenced:5:18
--|   |
--| 5 | -- nicol: ignore drop-column nothing of the kind
--|   |                  ^^^^^^^^^^^
--|   help: Take it out, or put it before the statement that it is about.
--|
--| error[drop-table]: "C" is dropped with all its rows
--|  --> 2_not_silenced:6:1
--|   |
--| 6 | DROP TABLE "C";
--|   | ^^^^^^^^^^^^^^
--|   help: Deploy code that no longer uses the table, keep a copy of its rows, drop it in a later migration, and say so with an ignore.
--|
--| error[ignore-unknown]: the ignore names no rule
--|  --> 2_not_silenced:7:1
--|   |
--| 7 | -- nicol: ignore
--|   | ^^^^^^^^^^^^^^^^
--|   help: Take the code from the brackets of the finding.
--|
--| error[drop-table]: "D" is dropped with all its rows
--|  --> 2_not_silenced:8:1
--|   |
--| 8 | DROP TABLE "D";
--|   | ^^^^^^^^^^^^^^
--|   help: Deploy code that no longer uses the table, keep a copy of its rows, drop it in a later migration, and say so with an ignore.
--|
--| warning[ignore-unused]: an ignore for the whole file stands at its head, before the first statement
--|  --> 2_not_silenced:9:23
--|   |
--| 9 | -- nicol: ignore-file drop-table too late
--|   |                       ^^^^^^^^^^
--|   help: Take it out, or put it before the statement that it is about.
--|
--| error[drop-table]: "E" is dropped with all its rows
--|   --> 2_not_silenced:10:1
--|    |
--| 10 | DROP TABLE "E";
--|    | ^^^^^^^^^^^^^^
--|   help: Deploy code that no longer uses the table, keep a copy of its rows, drop it in a later migration, and say so with an ignore.
--|
--| error[drop-table]: "F" is dropped with all its rows
--|   --> 2_not_silenced:11:51
--|    |
--| 11 | SELECT '-- nicol: ignore drop-table in a string'; DROP TABLE "F";
--|    |                                                   ^^^^^^^^^^^^^^
--|   help: Deploy code that no longer uses the table, keep a copy of its rows, drop it in a later migration, and say so with an ignore.
--|
--| warning[ignore-unused]: nothing here would be found by drop-table
--|   --> 2_not_silenced:12:18
--|    |
--| 12 | -- nicol: ignore drop-table behind everything
--|    |                  ^^^^^^^^^^
--|   help: Take it out, or put it before the statement that it is about.
--|
--| warning[ignore-unused]: nothing here would be found by truncate
--|  --> 3_the_whole_file:3:23
--|   |
--| 3 | -- nicol: ignore-file truncate there is none
--|   |                       ^^^^^^^^
--|   help: Take it out, or put it before the statement that it is about.
--|
--| error[delete-without-where]: every row of "D" is deleted
--|  --> 3_the_whole_file:8:1
--|   |
--| 8 | DELETE FROM "D";
--|   | ^^^^^^^^^^^^^^^
--|   help: Give a WHERE; where really all rows are meant, say so with an ignore.
