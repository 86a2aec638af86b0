"""SQL expressions by what they mean: databases print them otherwise than people write them.

PostgreSQL adds parentheses and casts, and says BETWEEN, IN and LIKE in other words
(https://www.postgresql.org/docs/current/functions-comparisons.html); SQLite keeps the text. An expression is read with SQL's
precedence and written out in one form, without casts; what cannot be read is compared by its words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from nicol.dialects.tokens import Kind, Token, tokens_of


def same_sql(one: str | None, other: str | None) -> bool:
    """True when two expressions mean the same: equal but for parentheses, case, spelling, and casts that one leaves out."""
    if one == other:
        return True
    if one is None or other is None:
        return False
    left, right = _meaning(one), _meaning(other)
    return left.text == right.text and (left.casts <= right.casts or right.casts <= left.casts)


def canonical(sql: str) -> str:
    """An expression in one form, for comparing, never for a database. The present time is `now`, text stands in quotes."""
    return _meaning(sql).text


def instant_of(text: str) -> datetime | None:
    """The time that a text of a date, or of a date and a time of day, stands for; without a zone it is UTC."""
    if not _TIME.fullmatch(text):
        return None
    try:
        found = datetime.fromisoformat(text.replace(" +", "+").replace(" -", "-").replace(" UTC", "Z"))
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


_TIME = re.compile(
    r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d:\d\d(?:\.\d{1,6})?(?: ?(?:[+-]\d\d(?::?\d\d)?|Z|UTC))?)?"
)


@dataclass(frozen=True, slots=True)
class _Meaning:
    """The text without casts, and the casts of everything but constants."""

    text: str
    casts: frozenset[tuple[str, str]]


class _UnreadableError(Exception):
    """The text is no expression that this reader knows."""


def _meaning(sql: str) -> _Meaning:
    tokens = tokens_of(sql)
    reader = _Reader(tokens, sql)
    try:
        text = reader.whole()
    except _UnreadableError:
        return _Meaning(" ".join(token.text.lower() for token in tokens), frozenset())
    return _Meaning(text, frozenset(reader.casts))


_DEEPEST = 200

_COMPARISONS = {"=", "<>", "<", ">", "<=", ">="}
_OR, _AND, _NOT, _IS, _COMPARISON, _IN, _OTHER, _SUM, _PRODUCT, _POWER, _ZONE, _COLLATE, _SIGN = range(1, 14)
_OPERATORS = {
    **dict.fromkeys(_COMPARISONS, _COMPARISON),
    **dict.fromkeys("+-", _SUM),
    **dict.fromkeys("*/%", _PRODUCT),
    "^": _POWER,
}
_LIKES = {"LIKE": "~~", "ILIKE": "~~*", "GLOB": "glob", "REGEXP": "regexp", "MATCH": "match"}
_NEGATED = {"~~": "!~~", "~~*": "!~~*"}
_NOW = {"now()", "current_timestamp"}
_NUMBERS = {"smallint", "integer", "bigint", "numeric", "real", "double precision"}
_TYPES = {
    **dict.fromkeys(("int", "int4"), "integer"),
    **dict.fromkeys(("int8",), "bigint"),
    **dict.fromkeys(("int2",), "smallint"),
    **dict.fromkeys(("decimal",), "numeric"),
    **dict.fromkeys(("float4",), "real"),
    **dict.fromkeys(("float", "float8"), "double precision"),
    **dict.fromkeys(("bool",), "boolean"),
    **dict.fromkeys(("varchar",), "character varying"),
    **dict.fromkeys(("char", "bpchar"), "character"),
    **dict.fromkeys(("timestamptz",), "timestamp with time zone"),
    **dict.fromkeys(("timestamp",), "timestamp without time zone"),
    **dict.fromkeys(("timetz",), "time with time zone"),
    **dict.fromkeys(("time",), "time without time zone"),
}
_TYPE_TAILS = ("PRECISION", "VARYING", "WITH", "WITHOUT", "TIME", "ZONE")
_SEPARATORS = ("FROM", "FOR", "IN", "PLACING", "USING", "AS")


class _Reader:
    """Reads one expression by precedence and writes it out, fully parenthesised."""

    def __init__(self, tokens: list[Token], sql: str) -> None:
        self.tokens = tokens
        self.sql = sql
        self.place = 0
        self.depth = 0
        self.casts: set[tuple[str, str]] = set()
        self.constants: set[str] = set()
        self.chains: dict[str, tuple[str, list[str]]] = {}
        self.records: dict[str, list[str]] = {}

    # ---- tokens ------------------------------------------------------------------------------------------------------

    @property
    def token(self) -> Token:
        if self.place >= len(self.tokens):
            raise _UnreadableError
        return self.tokens[self.place]

    def sees(self, *words: str) -> bool:
        """True when the next tokens are these words or marks."""
        following = self.tokens[self.place : self.place + len(words)]
        return len(following) == len(words) and all(
            token.word == word or (token.kind in (Kind.MARK, Kind.OPERATOR) and token.text == word)
            for token, word in zip(following, words, strict=True)
        )

    def took(self, *words: str) -> bool:
        if self.sees(*words):
            self.place += len(words)
            return True
        return False

    def expect(self, word: str) -> None:
        if not self.took(word):
            raise _UnreadableError

    # ---- expressions -------------------------------------------------------------------------------------------------

    def whole(self) -> str:
        text = self.expression(0)
        if self.place < len(self.tokens):
            raise _UnreadableError
        return text

    def expression(self, least: int) -> str:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _UnreadableError
        left = self.prefix()
        while self.place < len(self.tokens):
            more = self.infix(left, least)
            if more is None:
                break
            left = more
        self.depth -= 1
        return left

    def prefix(self) -> str:
        token = self.token
        if self.took("NOT"):
            return self.negation(self.expression(_NOT))
        if token.kind is Kind.OPERATOR and token.text in ("+", "-", "~", "@"):
            self.place += 1
            return self.signed(token.text, self.expression(_SIGN))
        return self.postfix(self.operand())

    def signed(self, sign: str, operand: str) -> str:
        if operand in self.constants and sign in "+-":
            return self.constant(operand if sign == "+" else f"-{operand}".replace("--", ""))
        return f"({sign} {operand})"

    def negation(self, operand: str) -> str:
        return f"(not {operand})"

    def infix(self, left: str, least: int) -> str | None:
        """The expression that begins with `left` and goes on with an operator that binds tightly enough; else None."""
        token = self.token
        if token.kind is Kind.OPERATOR:
            return self.operator(left, least)
        match token.word:
            case "OR" | "AND" as word if least < (_OR if word == "OR" else _AND):
                return self.chain(left, word)
            case "IS" if least < _IS:
                return self.is_(left)
            case "ISNULL" | "NOTNULL" as word if least < _IS:
                self.place += 1
                return f"({left} is {'not ' if word == 'NOTNULL' else ''}null)"
            case "NOT" | "BETWEEN" | "IN" | "LIKE" | "ILIKE" | "GLOB" | "REGEXP" | "MATCH" if least < _IN:
                return self.among(left)
            case "COLLATE" if least < _COLLATE:
                self.place += 1
                return f"({left} collate {self.name()})"
            case "AT" if least < _ZONE and self.took("AT", "TIME", "ZONE"):
                return f"({left} at time zone {self.expression(_ZONE)})"
            case _:
                return None

    def operator(self, left: str, least: int) -> str | None:
        text = {"==": "=", "!=": "<>"}.get(self.token.text, self.token.text)
        binding = _OPERATORS.get(text, _OTHER)
        if least >= binding:
            return None
        self.place += 1
        if text in ("=", "<>") and self.token.word in ("ANY", "SOME", "ALL"):
            return self.any_of(left, text)
        right = self.expression(binding)
        if text in ("=", "<>") and left in self.records and right in self.records:
            pairs = zip(self.records[left], self.records[right], strict=False)
            return self.chained(
                [f"({one} {text} {other})" for one, other in pairs], "AND" if text == "=" else "OR"
            )
        return f"({left} {text} {right})"

    def any_of(self, left: str, operator: str) -> str:
        """`= ANY (ARRAY[…])` is how PostgreSQL says IN, `<> ALL` how it says NOT IN."""
        word = self.token.word
        self.place += 1
        self.expect("(")
        right = self.expression(0)
        self.expect(")")
        if right.startswith("array[") and (operator, word) in (("=", "ANY"), ("=", "SOME"), ("<>", "ALL")):
            return f"({left} {'in' if operator == '=' else 'not in'} {right.removeprefix('array')})"
        return f"({left} {operator} {str(word).lower()} {right})"

    def chain(self, left: str, word: str) -> str:
        """`a AND b AND c`, however it is nested."""
        binding = _OR if word == "OR" else _AND
        parts = list(self.links(left, word))
        while self.took(word):
            parts += self.links(self.expression(binding), word)
        return self.chained(parts, word)

    def chained(self, parts: list[str], word: str) -> str:
        text = f"({f' {word.lower()} '.join(parts)})"
        self.chains[text] = (word, parts)
        return text

    def links(self, text: str, word: str) -> list[str]:
        """The parts of a chain inside a chain of the same kind, else the text itself."""
        own, parts = self.chains.get(text, ("", []))
        return parts if own == word else [text]

    def is_(self, left: str) -> str:
        self.place += 1
        negated = self.took("NOT")
        if self.took("DISTINCT", "FROM"):
            text = f"({left} is distinct from {self.expression(_IS)})"
            return self.negation(text) if negated else text
        return f"({left} is {'not ' if negated else ''}{self.expression(_IS)})"

    def among(self, left: str) -> str:
        negated = self.took("NOT")
        word = self.token.word
        self.place += 1
        match word:
            case "BETWEEN":
                low = self.expression(_IN)
                self.expect("AND")
                return self.between(left, low, self.expression(_IN), negated=negated)
            case "IN":
                return self.in_list(left, negated=negated)
            case str() if word in _LIKES:
                operator = _LIKES[word]
                right = self.expression(_IN)
                escape = f" escape {self.expression(_IN)}" if self.took("ESCAPE") else ""
                operator = _NEGATED.get(operator, f"not {operator}") if negated else operator
                return f"({left} {operator} {right}{escape})"
            case _:
                raise _UnreadableError

    def between(self, left: str, low: str, high: str, *, negated: bool) -> str:
        if negated:
            return self.chained([f"({left} < {low})", f"({left} > {high})"], "OR")
        return self.chained([f"({left} >= {low})", f"({left} <= {high})"], "AND")

    def in_list(self, left: str, *, negated: bool) -> str:
        self.expect("(")
        items = self.items(")")
        if len(items) == 1:
            return f"({left} {'<>' if negated else '='} {items[0]})"
        return f"({left} {'not in' if negated else 'in'} [{', '.join(items)}])"

    # ---- operands ----------------------------------------------------------------------------------------------------

    def operand(self) -> str:
        token = self.token
        self.place += 1
        match token.kind:
            case Kind.TEXT:
                return self.constant(_text(token.text))
            case Kind.NUMBER:
                return self.constant(_number(token.text) or token.text.lower())
            case Kind.NAME:
                return self.named(token.name)
            case Kind.WORD:
                return self.word(token)
            case Kind.MARK if token.text == "(":
                items = self.items(")")
                return items[0] if len(items) == 1 else self.record(items)
            case _:
                raise _UnreadableError

    def record(self, items: list[str]) -> str:
        text = f"row({', '.join(items)})"
        self.records[text] = items
        return text

    def constant(self, text: str) -> str:
        self.constants.add(text)
        return text

    def word(self, token: Token) -> str:
        match token.word:
            case "CASE":
                return self.case()
            case "CAST" if self.took("("):
                text = self.expression(0)
                self.expect("AS")
                text = self.cast(text, self.type())
                self.expect(")")
                return text
            case "ARRAY" if self.took("["):
                return f"array[{', '.join(self.items(']'))}]"
            case "NULL" | "TRUE" | "FALSE":
                return self.constant(token.text.lower())
            case _:
                return self.typed_constant() or self.named(token.text.lower())

    def typed_constant(self) -> str | None:
        """`date '2020-01-01'`, `interval '1 day'`, `timestamp with time zone '…'`."""
        start = self.place
        self.place -= 1
        try:
            name = self.type()
        except _UnreadableError:
            name = ""
        if name and self.place < len(self.tokens) and self.token.kind is Kind.TEXT:
            self.place += 1
            return self.cast(self.constant(_text(self.tokens[self.place - 1].text)), name)
        self.place = start
        return None

    def named(self, name: str) -> str:
        """A column, a qualified name, or a call."""
        while self.took("."):
            name = f"{name}.{self.name()}"
        if not self.took("("):
            return "now" if name in _NOW else name
        name = name.removeprefix("pg_catalog.")
        if name == "trim":
            self.took("BOTH")
            self.took("FROM")
        call = f"{'trim' if name == 'btrim' else name}({', '.join(self.items(')'))})"
        return "now" if call in _NOW else call

    def name(self) -> str:
        token = self.token
        self.place += 1
        if token.kind is Kind.NAME:
            return token.name
        if token.kind is Kind.WORD:
            return token.text.lower()
        raise _UnreadableError

    def items(self, end: str) -> list[str]:
        """Expressions up to a closing mark; the words that part some functions' arguments stand among them."""
        found: list[str] = []
        while not self.took(end):
            if found and not self.took(","):
                separator = next((word for word in _SEPARATORS if self.took(word)), None)
                if separator is None:
                    raise _UnreadableError
                found.append(separator.lower())
            if self.took("*"):
                found.append("*")
            else:
                found.append(self.expression(_IN if end == ")" and self.before_in() else 0))
        return found

    def before_in(self) -> bool:
        """True in `position(a IN b)`, where IN parts two arguments."""
        return self.place >= 2 and self.tokens[self.place - 2].text.lower() == "position"

    def case(self) -> str:
        parts = ["case"]
        if not self.sees("WHEN"):
            parts.append(self.expression(0))
        while self.took("WHEN"):
            parts.append(f"when {self.expression(0)}")
            self.expect("THEN")
            parts.append(f"then {self.expression(0)}")
        parts.append(f"else {self.expression(0) if self.took('ELSE') else 'null'}")
        self.expect("END")
        return f"({' '.join(parts)})"

    def postfix(self, operand: str) -> str:
        while self.place < len(self.tokens):
            if self.took("::"):
                operand = self.cast(operand, self.type())
            elif self.took("["):
                operand = f"{operand}[{', '.join(self.items(']'))}]"
            elif self.took("."):
                operand = f"{operand}.{self.name()}"
            else:
                break
        return operand

    # ---- types -------------------------------------------------------------------------------------------------------

    def type(self) -> str:
        """The name of a type, its aliases resolved and its arguments kept."""
        words = [self.name()]
        while self.took("."):
            words = [self.name()]
        arguments = self.arguments()
        while self.place < len(self.tokens) and self.token.word in _TYPE_TAILS:
            words.append(self.name())
        arguments = arguments or self.arguments()
        name = " ".join(words)
        array = ""
        while self.took("["):
            self.took("]")
            array = "[]"
        return f"{_TYPES.get(name, name)}{arguments}{array}"

    def arguments(self) -> str:
        return f"({','.join(self.items(')'))})" if self.took("(") else ""

    def cast(self, operand: str, name: str) -> str:
        """The operand; of a constant, in the type's own spelling."""
        if operand in self.constants:
            bare = name.partition("(")[0]
            number = _number(operand[1:-1]) if bare in _NUMBERS and operand.startswith("'") else None
            return self.constant(number or operand)
        if not operand.startswith("array["):
            self.casts.add((operand, name))
        return operand


def _text(literal: str) -> str:
    found = instant_of(literal[1:-1])
    return literal if found is None else f"'{found.isoformat()}'"


def _number(text: str) -> str | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return f"{value.normalize():f}" if value.is_finite() and abs(value.adjusted()) < 400 else None
