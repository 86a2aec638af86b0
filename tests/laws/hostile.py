"""What has broken other mappers: texts that end quotes, names and comments, and things that stand where texts belong."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from nicol.client import JsonNull

TEXTS = [
    # quotes, comments, ends of statements
    "' OR '1'='1",
    '" OR "1"="1',
    '\'; DROP TABLE "Tag"; --',
    '"; DROP TABLE "Tag"; --',
    "1; DROP TABLE Tag",
    '\') UNION SELECT * FROM "Tag" --',
    '\\\'; DROP TABLE "Tag"; --',
    "\\",
    "\\\\",
    "''",
    '""',
    "`",
    "[email]",
    "--",
    "/* */",
    "*/",
    "#",
    "$$; DROP TABLE Tag; $$",
    "E'\\''",
    "U&'\\0027'",
    "'||(SELECT label FROM \"Tag\" LIMIT 1)||'",
    "\uff07 OR 1=1",
    "ʼ OR 1=1",
    # placeholders and formats of drivers
    "?",
    "?1",
    ":x",
    "@x",
    "$1",
    "$2",
    "%s",
    "%(x)s",
    "%",
    "%%",
    "{0}",
    "{x}",
    "{{}}",
    "\\0",
    "\\u0027",
    # names of aliases, columns, paths (Django: CVE-2019-14234, 2021-35042, 2022-28346, 2025-57833, 2026-1312)
    'email"',
    '"email"',
    "email.name",
    '"User"."email"',
    "t0.email",
    "t0",
    "#k0",
    "email ",
    " email",
    "EMAIL",
    "еmail",
    "email\u200b",
    "email\u202e",
    'posts"."id',
    "posts.author",
    "author__email",
    "_connector",
    "__class__",
    '$."a"]',
    "$[0]",
    "a.b",
    'a"].b["c',
    "a'->>'b",
    "a,b",
    "{a,b}",
    # directions, functions, commands (Django: CVE-2020-7471, 2022-34265; SQLAlchemy: CVE-2019-7164)
    "asc; DROP TABLE Tag",
    "asc NULLS FIRST",
    "desc, (SELECT 1)",
    "email desc",
    "random()",
    'year\', "joined")) OR 1=1 --',
    "day'::text) --",
    "pg_sleep(5)",
    "load_extension('x')",
    "PRAGMA writable_schema=1",
    "ATTACH DATABASE 'x' AS y",
    "COPY \"Tag\" TO PROGRAM 'id'",
    "search_path",
    # characters that end, hide or reorder texts
    "\0",
    "a\0b",
    "\x1a",
    "\r\n",
    "\n--\n",
    "\t",
    "\x7f",
    "\x85",
    "\u2028",
    "\ud800",
    "\U000e0001",
    "ﬀ",
    "İ",
    "a" * 64,
    "é" * 40,
    "x" * 10_000,
    # wildcards of LIKE
    "%_",
    "_",
    "100%",
]

OTHERS: list[Any] = [
    {},
    {"equals": "x"},
    {"not": ""},
    {"gt": ""},
    {"contains": ""},
    {"startswith": ""},
    {"in": ["a"]},
    {"path": ["a"], "equals": 1},
    {"raw": "1"},
    {"sql": "1=1"},
    {"set": {"set": "x"}},
    {"$ne": None},
    {"_connector": "OR 1=1"},
    {"toString": "x"},
    {"AND": []},
    {'a"': 1},
    [],
    [[]],
    ["x"],
    [{"a": 1}],
    {"is": None},
    {"some": {}},
    b"' OR 1=1",
    b"\xff\xfe",
    True,
    0,
    -1,
    2**70,
    1.5,
    float("nan"),
    float("inf"),
    Decimal("NaN"),
    JsonNull,
    object(),
    Ellipsis,
]
"""Dictionaries, lists and other things where texts and numbers belong, as a JSON body may bring them."""


class Liar(str):
    """A text that is equal to `email` and says something else when it is asked for its characters."""

    __slots__ = ()

    def __str__(self) -> str:
        return '"; DROP TABLE "Tag"; --'

    def __format__(self, spec: str) -> str:
        return str(self)

    __repr__ = __str__
