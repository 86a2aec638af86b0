"""The formatter: a schema's text to its canonical text, to the byte as Prisma writes it; what cannot be read stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nicol.diagnostics import Source
from nicol.schema.format_missing import complete
from nicol.schema.format_reader import (
    Blank,
    BlockAttribute,
    BlockLayout,
    Comments,
    Item,
    Part,
    rank,
    read_items,
)
from nicol.schema.format_table import BLANK, Line, Row, Verbatim, render

_BYTE_ORDER_MARK = "\ufeff"


def format_sources(sources: tuple[Source, ...]) -> tuple[Source, ...]:
    """The canonical texts of one schema's files, with the other sides and foreign keys that its relations lack written out."""
    return tuple(Source(source.path, layout(source.text)) for source in complete(sources))


def format_text(text: str) -> str:
    """The canonical text of a schema that is one file."""
    return format_sources((Source("schema.prisma", text),))[0].text


def layout(text: str) -> str:
    """The text with its spacing, order of attributes and comments made canonical; its kind of line ends is kept."""
    body = text.removeprefix(_BYTE_ORDER_MARK)
    mark = text[: len(text) - len(body)]
    lines = body.replace("\r\n", "\n").replace("\r", "\n")
    if not lines.endswith("\n"):
        lines += "\n"  # the last line is read as any other
    formatted = "".join(_written(read_items(lines)))
    if not formatted.endswith("\n"):
        formatted += "\n"
    if _ends_lines_with_return(body):
        formatted = formatted.replace("\n", "\r\n")
    if not mark and formatted.startswith(_BYTE_ORDER_MARK):
        return layout(formatted)  # blank lines stood before it: only now it is a mark
    return mark + formatted


def _ends_lines_with_return(text: str) -> bool:
    first = text.find("\n")
    return first > 0 and text[first - 1] == "\r"


def _written(items: Iterator[Item]) -> Iterator[str]:
    """The items as text; blank lines are one between items, and none at the ends."""
    blank = started = False
    for item in items:
        if isinstance(item, Blank):
            blank = started
            continue
        if blank:
            yield "\n"
        blank, started = False, True
        match item:
            case BlockLayout():
                yield f"{item.head}\n"
                yield from _block(item.parts)
                yield "}\n"
            case Comments():
                yield from (f"{line}\n" for line in item.lines)
            case Verbatim():
                yield item.text


def _block(parts: tuple[Part, ...]) -> Iterator[str]:
    """The lines between the braces: tables that blank lines part, then the block attributes."""
    attributes: list[tuple[Comments | None, BlockAttribute]] = []
    for table in _tables(parts, attributes):
        yield from render(table)
    if not attributes:
        return
    attributes.sort(key=lambda pair: rank(pair[1].name))
    last: list[Line] = [BLANK]
    for comments, attribute in attributes:
        if comments:
            last.extend(_rows(comments))
        last.append(attribute.row)
    yield from render(last)


def _tables(
    parts: tuple[Part, ...], attributes: list[tuple[Comments | None, BlockAttribute]]
) -> Iterator[list[Line]]:
    """The rows in tables; block attributes, each with the comments right above it, go into `attributes`."""
    table: list[Line] = []
    for position, part in enumerate(parts):
        before = parts[position - 1] if position else None
        after = parts[position + 1] if position + 1 < len(parts) else None
        match part:
            case Blank():
                continue
            case BlockAttribute():
                attributes.append((before if isinstance(before, Comments) else None, part))
                continue
            case Comments():
                if isinstance(after, BlockAttribute):
                    continue
                lines: Iterable[Line] = _rows(part)
            case Row() | Verbatim():
                lines = (part,)
        if isinstance(before, Blank) and table:
            yield table
            table = [BLANK]
        table.extend(lines)
    yield table


def _rows(comments: Comments) -> Iterator[Row]:
    return (Row((), line) for line in comments.lines)
