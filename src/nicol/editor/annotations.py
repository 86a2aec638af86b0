"""Completion and hover of annotations: `/// @nicol.name(arguments)` in the comments of a declaration."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from nicol.diagnostics import Span
from nicol.editor.databases import index_methods
from nicol.editor.offers import Completion, Offer, OfferKind, words
from nicol.editor.place import BLOCK_HEAD, Bracket, Head, Place, arguments_at
from nicol.editor.world import World
from nicol.schema.annotations.place import BoundAnnotation
from nicol.schema.annotations.table import (
    ANNOTATIONS,
    SPACE,
    AnnotationSignature,
    Parameter,
    ParameterKind,
)
from nicol.schema.annotations.table import Place as Holder
from nicol.schema.bound import BoundField, ModelRef
from nicol.schema.schema import Arity, Scalar

_BEGUN = re.compile(r"@\w*(?:\.\w*)?\Z")
_OPEN = re.compile(rf"@{SPACE}\.(?P<name>\w+)(?P<arguments>\(.*)\Z")
_BLOCKS = {
    "model": Holder.MODEL,
    "view": Holder.VIEW,
    "type": Holder.TYPE,
    "enum": Holder.ENUM,
    "datasource": Holder.SETTINGS,
    "generator": Holder.SETTINGS,
}
_COMMENT = re.compile(r"[ \t]*//")


def complete_annotation(world: World, path: str, here: Place, offset: int) -> Completion:
    """What fits at a cursor in a comment: annotations behind a `@`, and their arguments in brackets."""
    comment = here.comment or ""
    if not comment.startswith("///"):
        return Completion(Span(path, offset, offset))
    text = world.document(path).source.text
    holder, block = _holder(text, offset, here.head, world)
    opened = _OPEN.search(comment)
    if opened is not None:
        signature = ANNOTATIONS.get(opened["name"])
        at = arguments_at(opened["arguments"], text, offset)
        found = _arguments(world, signature, at, holder, block) if signature else ()
        return Completion(Span(path, at.start, offset), tuple(found))
    begun = _BEGUN.search(comment)
    start = offset - len(begun[0]) if begun else offset
    if begun is None and comment.strip("/ \t"):
        return Completion(Span(path, offset, offset))
    return Completion(Span(path, start, offset), tuple(_names(holder)))


def _holder(text: str, offset: int, head: Head | None, world: World) -> tuple[Holder | None, str]:
    """What the comment at a place stands on, and the block that this is or is in; None where that is not to be seen."""
    start = text.rfind("\n", 0, offset) + 1
    line = text[start:].partition("\n")[0]
    block = head.name if head else ""
    if not _COMMENT.match(line):
        return _declared(line, head, world), block
    for following in text[start:].split("\n", 50)[1:50]:
        if _COMMENT.match(following):
            continue
        match = BLOCK_HEAD.match(following)
        if match:
            return _BLOCKS[match[1]], match[2]
        return _declared(following, head, world), block
    return None, block


def _declared(line: str, head: Head | None, world: World) -> Holder | None:
    """What a line of a block declares."""
    parts = line.split()
    if head is None or not parts or parts[0] == "}":
        return None
    if _BLOCKS[head.keyword] is Holder.SETTINGS:
        return Holder.SETTINGS
    if parts[0].startswith("@@"):
        return Holder.KEY if parts[0].startswith(("@@index", "@@unique")) else Holder.ATTRIBUTE
    if _BLOCKS[head.keyword] is Holder.ENUM:
        return Holder.VALUE
    is_relation = len(parts) > 1 and parts[1].rstrip("[]?") in world.binding.models
    return Holder.RELATION if is_relation else Holder.FIELD


def _names(holder: Holder | None) -> Iterator[Offer]:
    for name, signature in ANNOTATIONS.items():
        if holder is None or holder in signature.places:
            label = f"@{SPACE}.{name}"
            snippet = _snippet(signature, holder)
            yield Offer(
                label,
                OfferKind.ATTRIBUTE,
                f"{label}{snippet}",
                snippet=bool(snippet),
                documentation=signature.about,
                again=bool(snippet),
            )


def _snippet(signature: AnnotationSignature, holder: Holder | None) -> str:
    """The brackets with what must be in them."""
    parameters = signature.parameters_on(holder) if holder else signature.parameters
    stops = [
        f"{'' if name == signature.unnamed else f'{name}: '}{_stop(parameter, number)}"
        for number, (name, parameter) in enumerate(
            ((name, each) for name, each in parameters.items() if each.required), 1
        )
    ]
    if stops:
        return f"({', '.join(stops)})"
    return "($1)" if signature.places and holder is Holder.KEY and parameters else ""


_QUOTED = frozenset({ParameterKind.SQL, ParameterKind.SQLS, ParameterKind.TEXT})


def _stop(parameter: Parameter, number: int) -> str:
    return f'"${number}"' if parameter.kind in _QUOTED else f"${{{number}:{parameter.example}}}"


def _arguments(
    world: World, signature: AnnotationSignature, at: Place, holder: Holder | None, block: str
) -> Iterator[Offer]:
    """In the brackets of an annotation."""
    if at.quoted or not at.brackets:
        return
    parameters = signature.parameters_on(holder) if holder else signature.parameters
    outer, *inner = at.brackets
    name = outer.argument or (signature.unnamed if outer.position == 0 else None)
    parameter = parameters.get(name) if name else None
    if parameter is not None:
        yield from _values(world, parameter, block, inner)
    if outer.argument is None and not inner:
        for other, each in parameters.items():
            if other not in outer.given and not (other == signature.unnamed and outer.unnamed):
                yield Offer(
                    f"{other}:",
                    OfferKind.ARGUMENT,
                    f"{other}: ",
                    detail=each.kind.value,
                    documentation=each.about,
                )


def _values(world: World, parameter: Parameter, block: str, inner: list[Bracket]) -> Iterator[Offer]:
    match parameter.kind:
        case ParameterKind.FLAG:
            yield from words(("true", "false"), OfferKind.VALUE, {})
        case ParameterKind.WORD:
            yield from words(parameter.words or index_methods(world), OfferKind.VALUE, {})
        case ParameterKind.NULLS:
            yield from words(("First", "Last", "NotDistinct"), OfferKind.VALUE, {})
        case ParameterKind.FIELD:
            yield from _fields(_suited(world, parameter, block))
        case ParameterKind.FIELDS if inner:
            yield from _fields(field for field in _columns(world, block) if field.name not in inner[-1].items)
        case ParameterKind.FIELDS:
            yield Offer("[…]", OfferKind.VALUE, "[$1]", snippet=True, again=True)
        case _:
            return


def _columns(world: World, block: str) -> Iterator[BoundField]:
    model = world.binding.models.get(block)
    for field in model.fields.values() if model else ():
        if not isinstance(field.target, ModelRef):
            yield field


def _suited(world: World, parameter: Parameter, block: str) -> Iterator[BoundField]:
    """The columns of the type that the parameter speaks of: a DateTime, a Boolean or what may be missing; else texts."""
    for field in _columns(world, block):
        if (
            (Scalar.DATETIME.value in parameter.about and field.target is Scalar.DATETIME)
            or (Scalar.BOOLEAN.value in parameter.about and _may_be_off(field))
            or ("digest" in parameter.about and field.target is Scalar.STRING)
        ):
            yield field


def _may_be_off(field: BoundField) -> bool:
    return field.target is Scalar.BOOLEAN or field.arity is Arity.OPTIONAL


def _fields(fields: Iterable[BoundField]) -> Iterator[Offer]:
    for field in fields:
        yield Offer(field.name, OfferKind.FIELD, field.name, detail=field.syntax.type.name.text)


def explained(annotation: BoundAnnotation) -> Iterator[tuple[Span, str]]:
    """The words of an annotation that have a meaning, and their meanings."""
    signature = annotation.signature
    if signature is None:
        return
    for argument in annotation.syntax.arguments:
        parameter = signature.parameters.get(argument.name.text) if argument.name else None
        if argument.name is not None and parameter is not None:
            yield argument.name.span, f"**{argument.name.text}**: {parameter.about} ({parameter.kind.value})"
    yield annotation.syntax.span, f"**@{SPACE}.{annotation.name}**: {signature.about}"
