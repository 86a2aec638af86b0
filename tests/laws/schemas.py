"""Random schemas for laws: few models with few names, so that two of them have much in common."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hypothesis import strategies as st

SHARED = {
    "Int": ("0", "7", "-3"),
    "BigInt": ("0", "9007199254740993"),
    "Float": ("0", "1.5"),
    "Decimal": ("0", "1.50"),
    "Boolean": ("true", "false"),
    "String": ('""', '"it\'s"', '"a\\nb"'),
    "DateTime": ("now()", '"2020-01-02T03:04:05.678Z"', '"2020-01-02T03:04:05+02:00"'),
    "Json": ('"{}"', '"[1, \\"a\\"]"'),
    "Bytes": ('"aGVsbG8="',),
}
"""Types with their defaults."""

NATIVE = {
    "String @db.VarChar(5)": ('"abc"',),
    "String @db.Char(3)": ('"abc"',),
    "String @db.Uuid": ('"00000000-0000-0000-0000-000000000000"', 'dbgenerated("gen_random_uuid()")'),
    "Int @db.SmallInt": ("3",),
    "Decimal @db.Decimal(10, 2)": ("1.50",),
    "Float @db.Real": ("1.5",),
    "DateTime @db.Timestamptz(6)": ("now()",),
    "DateTime @db.Date": (),
    "Json @db.Json": ('"{}"',),
}
"""Types of PostgreSQL, which SQLite knows only in a portable project."""

LISTS = {"String[]": ('["a", "it\'s"]', "[]"), "Int[]": ("[1, 2]",), "E[]": ("[A]",)}
NAMES = ("a", "b", "c", "d_e")


@dataclass(frozen=True)
class Kind:
    """What the schemas are for: `postgresql`, `sqlite`, or `portable` SQLite."""

    name: str

    @property
    def types(self) -> dict[str, tuple[str, ...]]:
        if self.name == "sqlite":
            return {**SHARED, "E": ("A",)}
        types = {**SHARED, **NATIVE, **LISTS, "E": ("A",)}
        if self.name == "portable":
            types["String @db.Uuid"] = types["String @db.Uuid"][:1]
        return types


@st.composite
def fields(draw: st.DrawFn, kind: Kind) -> str:
    """The scalar fields of a model."""
    lines: list[str] = []
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=4)):
        word = draw(st.sampled_from(sorted(kind.types)))
        type_name, _, native = word.partition(" ")
        optional = "?" if "[]" not in type_name and draw(st.booleans()) else ""
        defaults = kind.types[word]
        default = draw(st.sampled_from(defaults)) if defaults and draw(st.booleans()) else None
        unique = draw(st.integers(0, 3)) == 0 and type_name not in ("Json", "Boolean")
        words = [name, type_name + optional, native]
        words += [f"@default({default})"] if default else []
        words += ["@unique"] if unique else []
        lines.append("  " + " ".join(filter(None, words)))
    pair = [line.split()[0] for line in lines if "Json" not in line][:2]
    if len(pair) == 2 and draw(st.booleans()):
        sort = draw(st.sampled_from(("", "(sort: Desc)")))
        lines.append(f"  @@{draw(st.sampled_from(('index', 'unique')))}([{pair[0]}{sort}, {pair[1]}])")
    return "\n".join(lines)


@st.composite
def schemas(draw: st.DrawFn, kind: Kind) -> str:
    """A valid schema: `Parent`, and perhaps a `Child` that points at it, a `Friend` linked many times, and an enum."""
    key = draw(
        st.sampled_from(("Int @id @default(autoincrement())", "String @id @default(cuid())", "Int @id"))
    )
    child, friend = draw(st.booleans()), draw(st.booleans())
    values = ["A", *draw(st.lists(st.sampled_from(("B", "C", "D d")), unique=True))]
    parent = [f"  id {key}", draw(fields(kind))]
    blocks = [_enum(values)]
    if child:
        parent.append("  children Child[]")
        blocks.append(_child(draw, kind, key.split()[0]))
    if friend:
        parent.append("  friends Friend[]")
        blocks.append(f"model Friend {{\n  id Int @id\n{draw(fields(kind))}\n  parents Parent[]\n}}")
    return "\n\n".join(["model Parent {\n" + "\n".join(parent) + "\n}", *blocks]) + "\n"


ANNOTATIONS = (
    '@nicol.check("id IS NOT NULL OR id BETWEEN id AND id", name: "always")',
    '@nicol.comment("it\'s \\"quoted\\"")',
    '@nicol.index(expression: ["coalesce(id, id)", "id DESC"], unique: true)',
    '@nicol.index(expression: "(id IS NULL)", where: "id IS NOT NULL AND NOT (id IS NULL)", map: "made_up")',
)


@st.composite
def annotated(draw: st.DrawFn, kind: Kind) -> str:
    """A schema with things in it that only annotations can say."""
    above = draw(st.lists(st.sampled_from(ANNOTATIONS), unique=True))
    field = draw(
        st.sampled_from(("", '  double Int? /// @nicol.generated("3 * (1 + 1)") @nicol.comment("six")\n'))
    )
    text = draw(schemas(kind))
    head = "".join(f"/// {line}\n" for line in above)
    return head + text.replace("model Parent {\n", "model Parent {\n" + field, 1)


@st.composite
def pairs(draw: st.DrawFn, kind: Kind) -> tuple[str, str]:
    """Two schemas: any two, or one and what a few edits make of it."""
    before = draw(schemas(kind))
    if draw(st.integers(0, 3)) == 0:
        return before, draw(schemas(kind))
    lines = before.split("\n")
    for _ in range(draw(st.integers(1, 3))):
        places = [
            place for place, line in enumerate(lines) if line.split(" ")[2:3] and line.split(" ")[2] in NAMES
        ]
        if places:
            place = draw(st.sampled_from(places))
            lines[place] = _edited(draw, kind, lines[place])
    return before, "\n".join(line for line in lines if not line.startswith(("  @@index", "  @@unique")))


def _edited(draw: st.DrawFn, kind: Kind, line: str) -> str:
    """The field without a default, unique or no longer, optional or no longer, of another type, or gone."""
    words = line.split()
    match draw(st.sampled_from(("optional", "unique", "default", "type", "gone"))):
        case "optional" if "[]" not in words[1]:
            words[1] = words[1].removesuffix("?") if words[1].endswith("?") else words[1] + "?"
        case "unique" if words[1].rstrip("?") not in ("Json", "Boolean"):
            words = words[:-1] if words[-1] == "@unique" else [*words, "@unique"]
        case "default":
            return re.sub(r" @default\(.*?\)+(?=$| @)", "", line)
        case "type":
            words = [words[0], *draw(st.sampled_from(sorted(kind.types))).split(" ", 1)]
        case _:
            return ""
    return "  " + " ".join(words)


def _enum(values: list[str]) -> str:
    lines = (f'  {value[0]} @map("{value}")' if " " in value else f"  {value}" for value in values)
    return "enum E {\n" + "\n".join(lines) + "\n}"


def _child(draw: st.DrawFn, kind: Kind, key: str) -> str:
    optional = draw(st.sampled_from(("?", "")))
    action = draw(st.sampled_from(("", ", onDelete: Cascade", ", onDelete: NoAction, onUpdate: NoAction")))
    name = draw(st.sampled_from(("parentId", "owner")))
    ids = draw(st.sampled_from(("  id Int @id", "  x Int\n  y String\n  @@id([x, y])", "  id BigInt @id")))
    return (
        f"model Child {{\n{ids}\n{draw(fields(kind))}\n  {name} {key}{optional}\n"
        f"  parent Parent{optional} @relation(fields: [{name}], references: [id]{action})\n}}"
    )
