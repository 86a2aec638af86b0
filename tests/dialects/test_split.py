"""Scripts fall into the statements that the database would see."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nicol.dialects import NAMES, named

BOTH: dict[str, tuple[str, list[str]]] = {
    "nothing": ("", []),
    "blanks and semicolons": (" ;; \n;", []),
    "only a comment": ("-- nothing; here\n", []),
    "the last semicolon may be missing": ("A; B", ["A", "B"]),
    "a comment stays with what follows": ("-- one;\nA;\n/* two; */ B;", ["-- one;\nA", "/* two; */ B"]),
    "a comment after the last statement goes": ("A; -- the end", ["A"]),
    "strings": ("SELECT 'a;''b;'; B", ["SELECT 'a;''b;'", "B"]),
    "quoted names": ('SELECT "a;""b;"; B', ['SELECT "a;""b;"', "B"]),
    "a comment in a statement": ("SELECT -- ;\n 1; B", ["SELECT -- ;\n 1", "B"]),
    "parentheses": ("A (b; c); D", ["A (b; c)", "D"]),
    "a string that never ends": ("A; 'b; c", ["A", "'b; c"]),
    "words like those of bodies": (
        "SELECT CASE WHEN a THEN b END; BEGIN; COMMIT",
        ["SELECT CASE WHEN a THEN b END", "BEGIN", "COMMIT"],
    ),
    "numbers and letters of everywhere": ("SELECT 1.5e3, ñ; B", ["SELECT 1.5e3, ñ", "B"]),
}

SQLITE: dict[str, tuple[str, list[str]]] = {
    "other quotes": ("SELECT `a;``b`, [c;d]; B", ["SELECT `a;``b`, [c;d]", "B"]),
    "comments do not nest": ("/* a /* b; */ C; D", ["/* a /* b; */ C", "D"]),
    "a trigger": (
        "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE b SET c = 1; DELETE FROM d; END; B",
        ["CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE b SET c = 1; DELETE FROM d; END", "B"],
    ),
    "a trigger with CASE and comments": (
        "create temp trigger t after insert on a begin\n--END;\nselect case when c then case a when b then ';' end end;end; B",
        [
            "create temp trigger t after insert on a begin\n--END;\nselect case when c then case a when b then ';' end end;end",
            "B",
        ],
    ),
    "a table called trigger": (
        "CREATE TABLE trigger_ (begin_ INT); B",
        ["CREATE TABLE trigger_ (begin_ INT)", "B"],
    ),
}

POSTGRESQL: dict[str, tuple[str, list[str]]] = {
    "dollar quotes": ("DO $$ BEGIN a; END $$; B", ["DO $$ BEGIN a; END $$", "B"]),
    "tagged dollar quotes": ("DO $x$ a; $$ b; $$ $x$; B", ["DO $x$ a; $$ b; $$ $x$", "B"]),
    "dollars in names and parameters": ("SELECT a$b$, $1; SELECT c$b$", ["SELECT a$b$, $1", "SELECT c$b$"]),
    "backslashes in E strings": (r"SELECT E'a\';', 'b\'; B", [r"SELECT E'a\';', 'b\'", "B"]),
    "comments nest": ("/* a /* b; */ c; */ D; E", ["/* a /* b; */ c; */ D", "E"]),
    "a comment that never ends": ("A; /* b; /* c */", ["A"]),
    "a function in standard SQL": (
        "CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE 1 WHEN 1 THEN 2 END; END; B",
        [
            "CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE 1 WHEN 1 THEN 2 END; END",
            "B",
        ],
    ),
    "a rule": (
        "CREATE RULE r AS ON INSERT TO t DO ALSO (a; b); C",
        ["CREATE RULE r AS ON INSERT TO t DO ALSO (a; b)", "C"],
    ),
}

CASES = [
    pytest.param(name, script, statements, id=f"{name}: {what}")
    for name, table in (("sqlite", BOTH | SQLITE), ("postgresql", BOTH | POSTGRESQL))
    for what, (script, statements) in table.items()
]


@pytest.mark.parametrize(("name", "script", "statements"), CASES)
def test_a_script_is_split(name: str, script: str, statements: list[str]):
    assert named(name).split(script) == tuple(statements)


PIECES = st.sampled_from(
    [
        "'",
        '"',
        ";",
        "$$",
        "$a$",
        "--",
        "\n",
        "/*",
        "*/",
        "BEGIN",
        "END",
        "CASE",
        "CREATE TRIGGER",
        "(",
        ")",
        " ",
        "x",
        "E'",
        "\\",
        "[",
    ]
)


@pytest.mark.parametrize("name", NAMES)
@given(script=st.lists(PIECES, max_size=12).map("".join))
def test_no_text_is_lost_and_a_statement_is_one_statement(name: str, script: str):
    split = named(name).split
    statements = split(script)
    assert all(split(statement) == (statement,) for statement in statements)
    place = 0
    for statement in statements:
        place = script.index(statement, place) + len(statement)
