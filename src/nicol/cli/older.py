"""The words of Prisma 5, 6 and 7 that Nicol spells otherwise: scripts that use them go on working."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

_FLAGS: Mapping[tuple[str, str], Mapping[str, str | None]] = {
    ("migrate", "dev"): {"--skip-generate": None, "--skip-seed": None},
    ("migrate", "reset"): {"--skip-generate": None, "--skip-seed": None},
    ("migrate", "diff"): {
        "--from-schema-datamodel": "--from-schema",
        "--to-schema-datamodel": "--to-schema",
        "--shadow-database-url": "--shadow-url",
    },
    ("db", "push"): {"--skip-generate": None},
    ("db", "execute"): {"--preview-feature": None},
    ("db", "seed"): {"--preview-feature": None},
    ("db", "drop"): {"--preview-feature": None},
}
"""For each command the flags that it spells otherwise; None where there is nothing to say: no command generates or seeds."""

_NOTHING: Mapping[str, str | None] = {}
_WITH_SCHEMA: Mapping[str, str] = {
    "--from-schema-datasource": "--from-config-datasource",
    "--to-schema-datasource": "--to-config-datasource",
}
"""Flags of `migrate diff` that name a schema, whose datasource they mean."""


def modern(words: Sequence[str]) -> list[str]:
    """The words of a command line, each as Nicol spells it; what stands behind `--` is not ours."""
    end = words.index("--") if "--" in words else len(words)
    flags = _FLAGS.get((words[0], words[1]), _NOTHING) if len(words) > 1 else _NOTHING
    diff = list(words[:2]) == ["migrate", "diff"]
    return [*_spelled(words[:end], flags, _WITH_SCHEMA if diff else {}), *words[end:]]


def _spelled(
    words: Sequence[str], flags: Mapping[str, str | None], schemas: Mapping[str, str]
) -> Iterator[str]:
    rest = iter(words)
    for word in rest:
        flag, equals, value = word.partition("=")
        if flag in schemas:
            yield from (schemas[flag], "--schema", value if equals else next(rest, ""))
        elif flag not in flags:
            yield word
        elif (new := flags[flag]) is not None:
            yield new + equals + value
