"""What a generator block may say, and what is wrong with one that says something else."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from nicol.errors import GenerationFailed
from nicol.schema.schema import Generator

_KNOWN = ("output", "models")
_OF_THE_LANGUAGE = ("previewFeatures",)
"""What the language and `db pull` read in every generator block."""


@dataclass(frozen=True, slots=True)
class Options:
    """A generator block of the provider `nicol`.

    `output` is the package's folder, seen from the schema's; `models` says whose they are, `struct` or `pydantic`.
    """

    output: str
    models: str = "struct"


def read_options(generator: Generator) -> Options:
    """The options of a generator block; GenerationFailed says what cannot be meant."""
    given = dict(generator.options)
    for key in given:
        if key not in (*_KNOWN, *_OF_THE_LANGUAGE):
            raise _unknown(generator, key)
    models = _models(generator, given.get("models", "struct"))
    output = given.get("output")
    if not isinstance(output, str) or not output:
        raise GenerationFailed(
            f"generator {generator.name} does not say where its package goes",
            help='add a line such as output = "../src/shop/db"; the path starts at the schema file',
        )
    return Options(output, models)


def _unknown(generator: Generator, key: str) -> GenerationFailed:
    near = difflib.get_close_matches(key, _KNOWN, n=1)
    return GenerationFailed(
        f"generator {generator.name} has an unknown option: {key}",
        help=f"did you mean {near[0]}?" if near else f"the options are {', '.join(_KNOWN)}",
    )


def _models(generator: Generator, models: str | tuple[str, ...]) -> str:
    if models not in ("struct", "pydantic"):
        raise GenerationFailed(
            f"generator {generator.name} cannot write models = {models!r}",
            help='models = "struct", the usual one, or models = "pydantic" for subclasses of BaseModel',
        )
    return str(models)
