"""Mutants: a schema with one to three of its lines, tokens, types, arguments, attributes or settings changed by chance."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from campaigns.schema import vocabulary as words

_WORD = r"[A-Za-z_]\w*"
_URL = re.compile(r"(?m)^[ \t]*(?:url|directUrl|shadowDatabaseUrl)[ \t]*=.*\n?")
_PROVIDER = re.compile(r'(?m)(^[ \t]*datasource\b[^{}]*\{(?:[^}]*?\n)??[ \t]*provider[ \t]*=[ \t]*)"[^"\n]*"')
_NATIVE = re.compile(r"[ \t]*@db\.\w+(?:\([^)\n]*\))?")
_TOKEN = re.compile(r'//.*|"(?:\\.|[^"\\\n])*"|@@?[\w.]+|\w+|\[\]|[^\s\w]')
_FIELD = re.compile(rf"[ \t]*({_WORD})[ \t]+({_WORD}(?:\(\"[^\"]*\"\))?)(\[\]|\?)?(?!.*\{{[ \t\r]*$)")
_ATTRIBUTE = re.compile(r"@@?[\w.]+(?:\((?:[^()\n]|\([^()\n]*\))*\))?")
_HEAD = re.compile(rf"[ \t]*(model|view|type|enum|datasource|generator)[ \t]+({_WORD})[ \t]*\{{")

Lines = list[str]


@dataclass(frozen=True, slots=True)
class Base:
    """A text to start from, and the provider it is for."""

    name: str
    provider: str
    text: str


def without_urls(text: str) -> str:
    """The text without the settings that Prisma 7 moved out of the schema."""
    return _URL.sub("", text)


def for_provider(text: str, provider: str) -> str:
    """The text with another provider in its datasource, and without the native types of the one it had."""
    return _NATIVE.sub("", _PROVIDER.sub(rf'\1"{provider}"', text))


def provider_of(text: str) -> str | None:
    """The provider that the datasource names."""
    found = _PROVIDER.search(text)
    return found[0].rpartition('"')[0].rpartition('"')[2] if found else None


def mutant(base: Base, chance: Random) -> str:
    """The text with one to three changes, mostly one."""
    lines = base.text.split("\n")
    scene = _Scene(base.provider, chance, lines)
    for _ in range(chance.choices((1, 2, 3), (75, 18, 7))[0]):
        before = list(lines)
        for _ in range(8):
            change = chance.choices(_CHANGES, _WEIGHTS)[0]
            change(scene, lines)
            if lines != before:
                break
    return "\n".join(lines)


class _Scene:
    """What changes choose from: chance, and the names of the schema."""

    def __init__(self, provider: str, chance: Random, lines: Lines) -> None:
        self.provider = provider
        self.chance = chance
        heads = [found for line in lines if (found := _HEAD.match(line))]
        self.types = [found[2] for found in heads if found[1] in {"model", "view", "enum", "type"}] or [
            "Missing"
        ]

    def filled(self, template: str, lines: Lines, at: int) -> str:
        """A template of the vocabulary with names of the block around a line."""
        fields = [name for name, _ in _fields_around(lines, at)] or ["id"]
        return template.format(
            name=f'"{self.chance.choice(words.STRINGS)}"',
            field=self.chance.choice(fields),
            other=self.chance.choice(fields),
            value=self.chance.choice((*fields, "A", "ADMIN")),
            new=f"new{self.chance.randrange(100)}",
            New=f"New{self.chance.randrange(100)}"
            if self.chance.random() < 0.8
            else self.chance.choice(self.types),
        )


def _fields_around(lines: Lines, at: int) -> list[tuple[str, int]]:
    """The names that begin the lines of the block around a line, with their line numbers."""
    start, end = _block_around(lines, at)
    return [(found[1], number) for number in range(start + 1, end) if (found := _FIELD.match(lines[number]))]


def _block_around(lines: Lines, at: int) -> tuple[int, int]:
    start = next((number for number in range(at, -1, -1) if _HEAD.match(lines[number])), 0)
    end = next(
        (number for number in range(start + 1, len(lines)) if lines[number].startswith("}")), len(lines)
    )
    return start, end


def _pick(scene: _Scene, lines: Lines, suits: Callable[[str], object]) -> int | None:
    """The number of a line that suits, by chance; a few tries only."""
    for _ in range(30):
        at = scene.chance.randrange(len(lines))
        if suits(lines[at]):
            return at
    return None


def _content(line: str) -> bool:
    return bool(line.strip())


def _kind_of(lines: Lines, at: int) -> str:
    start, end = _block_around(lines, at)
    head = _HEAD.match(lines[start])
    return head[1] if head and start <= at < end else ""


# ---- lines -----------------------------------------------------------------------------------------------------------


def _remove_line(scene: _Scene, lines: Lines) -> None:
    at = _pick(scene, lines, _content)
    if at is not None and len(lines) > 1:
        del lines[at]


def _double_line(scene: _Scene, lines: Lines) -> None:
    at = _pick(scene, lines, _content)
    if at is not None:
        lines.insert(at, lines[at])


def _move_line(scene: _Scene, lines: Lines) -> None:
    at = _pick(scene, lines, _content)
    if at is not None:
        line = lines.pop(at)
        near = scene.chance.random() < 0.5
        to = at + scene.chance.randint(-4, 4) if near else scene.chance.randint(0, len(lines))
        lines.insert(max(0, min(len(lines), to)), line)


def _copy_line_elsewhere(scene: _Scene, lines: Lines) -> None:
    at = _pick(scene, lines, _FIELD.match)
    to = _pick(scene, lines, _FIELD.match)
    if at is not None and to is not None:
        lines.insert(to, lines[at])


def _remove_block(scene: _Scene, lines: Lines) -> None:
    at = _pick(scene, lines, _HEAD.match)
    if at is not None:
        start, end = _block_around(lines, at)
        del lines[start : min(end + 1, len(lines) - 1)]


def _add_block(scene: _Scene, lines: Lines) -> None:
    block = scene.filled(scene.chance.choice(words.BLOCKS), lines, 0)
    lines.extend(("", *block.split("\n"), ""))


def _change_head(scene: _Scene, lines: Lines) -> None:
    at = _pick(scene, lines, _HEAD.match)
    if at is None:
        return
    keyword = scene.chance.choice(("model", "view", "type", "enum", "modl", "Model"))
    name = scene.chance.choice((*words.NAMES, *scene.types))
    pattern, new = (r"\w+", keyword) if scene.chance.random() < 0.5 else (r"(?<=[ \t])\w+(?=[ \t]*\{)", name)
    lines[at] = re.sub(pattern, lambda _: new, lines[at], count=1)


# ---- tokens ----------------------------------------------------------------------------------------------------------


def _token(scene: _Scene, lines: Lines) -> None:
    at = _pick(scene, lines, _content)
    if at is None:
        return
    tokens = list(_TOKEN.finditer(lines[at]))
    token = scene.chance.choice(tokens)
    match scene.chance.randrange(5):
        case 0:
            new = ""
        case 1:
            new = f"{token[0]} {token[0]}"
        case 2:
            new = scene.chance.choice(tokens)[0]
        case 3:
            new = _like(scene, token[0])
        case _:
            new = scene.chance.choice((token[0], "")) + scene.chance.choice(words.PIECES)
    lines[at] = lines[at][: token.start()] + new + lines[at][token.end() :]


def _like(scene: _Scene, token: str) -> str:
    """Another token of the same kind."""
    if token.startswith('"'):
        return f'"{scene.chance.choice(words.STRINGS)}"'
    if token[0].isdigit():
        return scene.chance.choice(words.NUMBERS)
    if token[0].isalpha():
        return scene.chance.choice(
            (*words.NAMES, *words.TYPES, *scene.types, token.swapcase(), token[:-1], f"{token}s")
        )
    return scene.chance.choice(words.PIECES)


def _letter(scene: _Scene, lines: Lines) -> None:
    at = _pick(scene, lines, _content)
    if at is None:
        return
    place = scene.chance.randrange(len(lines[at]))
    new = scene.chance.choice((*words.PIECES, "", "", "", "x", "1", "_", " "))
    lines[at] = lines[at][:place] + new + lines[at][place + scene.chance.randrange(2) :]


# ---- fields ----------------------------------------------------------------------------------------------------------


def _type(scene: _Scene, lines: Lines) -> None:
    at = _pick(scene, lines, _FIELD.match)
    field = _FIELD.match(lines[at]) if at is not None else None
    if at is None or field is None:
        return
    if scene.chance.random() < 0.5:
        type_ = scene.chance.choice((*words.TYPES, *scene.chance.choices(scene.types, k=4)))
        lines[at] = lines[at][: field.start(2)] + type_ + lines[at][field.end(2) :]
    else:
        arity = scene.chance.choice(("", "?", "[]", "[]?"))
        lines[at] = lines[at][: field.end(2)] + arity + lines[at][field.end() :]


def _field_name(scene: _Scene, lines: Lines) -> None:
    at = _pick(scene, lines, _FIELD.match)
    field = _FIELD.match(lines[at]) if at is not None else None
    if at is None or field is None:
        return
    others = [name for name, _ in _fields_around(lines, at)] or ["x"]
    name = scene.chance.choice((*words.NAMES, *scene.chance.choices(others, k=4)))
    lines[at] = lines[at][: field.start(1)] + name + lines[at][field.end(1) :]


def _add_field(scene: _Scene, lines: Lines) -> None:
    at = _pick(scene, lines, _FIELD.match)
    if at is not None:
        type_ = scene.chance.choice((*words.SCALARS, *scene.chance.choices(scene.types, k=6)))
        name = f"new{scene.chance.randrange(100)}"
        lines.insert(at, f"  {name} {type_}{scene.chance.choice(('', '?', '[]'))}")


def _native_type(scene: _Scene, lines: Lines) -> None:
    at = _pick(scene, lines, _FIELD.match)
    if at is None:
        return
    known = words.NATIVE[scene.provider]
    other = words.NATIVE[scene.chance.choice(words.PROVIDERS)]
    native = scene.chance.choice(known if scene.chance.random() < 0.85 else other)
    line = _NATIVE.sub("", lines[at])
    field = _FIELD.match(line)
    if scene.chance.random() < 0.5 and field:
        type_ = scene.chance.choice(words.SCALARS)
        line = line[: field.start(2)] + type_ + line[field.end(2) :]
    lines[at] = f"{_code(line)} @db.{native}"


def _code(line: str) -> str:
    """The line without the comment behind it."""
    return re.sub(r'^((?:[^"/]|"[^"]*"|/(?!/))*)//.*', r"\1", line).rstrip()


# ---- attributes and arguments ----------------------------------------------------------------------------------------


def _remove_attribute(scene: _Scene, lines: Lines) -> None:
    _replace_attribute(scene, lines, lambda _: "")


def _double_attribute(scene: _Scene, lines: Lines) -> None:
    _replace_attribute(scene, lines, lambda attribute: f"{attribute} {attribute}")


def _rename_attribute(scene: _Scene, lines: Lines) -> None:
    new = scene.chance.choice(
        (
            "@id",
            "@unique",
            "@default",
            "@relation",
            "@map",
            "@ignore",
            "@updatedAt",
            "@idd",
            "@@index",
            "@@id",
            "@@map",
        )
    )
    _replace_attribute(
        scene, lines, lambda attribute: re.sub(r"@@?[\w.]+", lambda _: new, attribute, count=1)
    )


def _replace_attribute(scene: _Scene, lines: Lines, new: Callable[[str], str]) -> None:
    at = _pick(scene, lines, _ATTRIBUTE.search)
    if at is None:
        return
    attribute = scene.chance.choice(list(_ATTRIBUTE.finditer(lines[at])))
    lines[at] = lines[at][: attribute.start()] + new(attribute[0]) + lines[at][attribute.end() :]


def _add_field_attribute(scene: _Scene, lines: Lines) -> None:
    at = _pick(scene, lines, _FIELD.match)
    if at is not None:
        attribute = scene.filled(scene.chance.choice(words.FIELD_ATTRIBUTES), lines, at)
        lines[at] = f"{_code(lines[at])} {attribute}"


def _swap_default(scene: _Scene, lines: Lines) -> None:
    at = _pick(scene, lines, lambda line: _FIELD.match(line) and "@relation" not in line)
    if at is not None:
        new = scene.filled(
            scene.chance.choice([each for each in words.FIELD_ATTRIBUTES if "@default" in each]), lines, at
        )
        rest = re.sub(r"[ \t]*@default\((?:[^()\n]|\([^()\n]*\))*\)", "", _code(lines[at]))
        lines[at] = f"{rest} {new}"


def _add_block_attribute(scene: _Scene, lines: Lines) -> None:
    at = _pick(scene, lines, _FIELD.match)
    if at is not None:
        attribute = scene.filled(scene.chance.choice(words.BLOCK_ATTRIBUTES), lines, at)
        lines.insert(at + 1, f"  {attribute}")


def _arguments(scene: _Scene, lines: Lines) -> None:
    """Change the arguments of one attribute: one removed, doubled, added, in another order or with another value."""
    at = _pick(scene, lines, lambda line: (found := _ATTRIBUTE.search(line)) and "(" in found[0])
    if at is None:
        return
    with_arguments = [found for found in _ATTRIBUTE.finditer(lines[at]) if "(" in found[0]]
    if not with_arguments:
        return
    attribute = scene.chance.choice(with_arguments)
    name, _, inside = attribute[0].partition("(")
    parts = _split(inside[:-1])
    index = scene.chance.randrange(len(parts))
    match scene.chance.randrange(6):
        case 0:
            del parts[index]
        case 1:
            parts.append(parts[index])
        case 2:
            parts.insert(index, scene.filled(scene.chance.choice(words.ARGUMENTS), lines, at))
        case 3:
            parts[index] = scene.filled(scene.chance.choice(words.ARGUMENTS), lines, at)
        case 4:
            scene.chance.shuffle(parts)
        case _:
            parts[index] = _inner(scene, parts[index], lines, at)
    lines[at] = lines[at][: attribute.start()] + f"{name}({', '.join(parts)})" + lines[at][attribute.end() :]


def _split(inside: str) -> list[str]:
    """Arguments at their commas, not at those within brackets or strings."""
    return re.findall(r'(?:[^,"()\[\]{}]|"(?:\\.|[^"\\])*"|\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\})+', inside) or [
        ""
    ]


def _inner(scene: _Scene, part: str, lines: Lines, at: int) -> str:
    """One token of an argument changed."""
    tokens = list(_TOKEN.finditer(part))
    if not tokens:
        return part
    token = scene.chance.choice(tokens)
    fields = [name for name, _ in _fields_around(lines, at)] or ["id"]
    new = scene.chance.choice(
        ("", f"{token[0]}, {token[0]}", _like(scene, token[0]), *scene.chance.choices(fields, k=3))
    )
    return part[: token.start()] + new + part[token.end() :]


# ---- enums and settings ----------------------------------------------------------------------------------------------


def _enum_line(scene: _Scene, lines: Lines) -> None:
    at = _pick(scene, lines, lambda line: line.startswith("enum "))
    if at is not None:
        lines.insert(at + 1, "  " + scene.filled(scene.chance.choice(words.ENUM_LINES), lines, at))


def _setting(scene: _Scene, lines: Lines) -> None:
    at = _pick(scene, lines, lambda line: line.startswith(("datasource ", "generator ")))
    if at is None:
        at = next((number for number, line in enumerate(lines) if line.startswith("datasource ")), None)
    if at is not None:
        choice = words.SETTINGS if lines[at].startswith("datasource") else words.GENERATOR_SETTINGS
        lines.insert(at + 1, f"  {scene.chance.choice(choice)}")


# ---- spacing and comments --------------------------------------------------------------------------------------------


def _spacing(scene: _Scene, lines: Lines) -> None:
    at = _pick(scene, lines, _content)
    if at is not None:
        space = scene.chance.choice((" ", "  ", "\t"))
        lines[at] = re.sub(
            r'(?<![\w@"/])([(),:=\[\]])(?!["/])', lambda found: space + found[0] + space, lines[at]
        )


def _comment(scene: _Scene, lines: Lines) -> None:
    at = _pick(scene, lines, _content)
    if at is None:
        return
    comment = scene.chance.choice(("// c", "/// doc", "//", "/* a */", "/** a\n * b\n */", "/// @nothing"))
    if scene.chance.random() < 0.5:
        lines[at] = f"{lines[at]} {comment}"
    else:
        lines[at:at] = comment.split("\n")


def _blank(scene: _Scene, lines: Lines) -> None:
    at = scene.chance.randrange(len(lines))
    if lines[at].strip():
        lines.insert(at, scene.chance.choice(("", "   ")))
    elif len(lines) > 1:
        del lines[at]


_SHARES: Mapping[Callable[[_Scene, Lines], None], int] = {
    _remove_line: 10,
    _double_line: 4,
    _move_line: 6,
    _copy_line_elsewhere: 4,
    _remove_block: 2,
    _add_block: 3,
    _change_head: 4,
    _token: 12,
    _letter: 6,
    _type: 10,
    _field_name: 5,
    _add_field: 5,
    _native_type: 9,
    _remove_attribute: 6,
    _double_attribute: 2,
    _rename_attribute: 2,
    _add_field_attribute: 9,
    _swap_default: 5,
    _add_block_attribute: 10,
    _arguments: 10,
    _enum_line: 3,
    _setting: 4,
    _spacing: 3,
    _comment: 4,
    _blank: 2,
}
_CHANGES = tuple(_SHARES)
_WEIGHTS = tuple(_SHARES.values())
