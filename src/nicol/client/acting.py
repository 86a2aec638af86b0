"""Who writes: what is said so that the audit trail records a name with each change."""

from __future__ import annotations

from typing import Any, TypeVar

from nicol.dialects.auditing import Signing
from nicol.sql.program import Begin, Commit, Pipeline, Program, Rollback, Statement, nested

T = TypeVar("T")


def signed(program: Program[T], actor: str | None, signing: Signing, runner: Any) -> Program[T]:
    """A program whose writes bear a name, or none, inside a transaction in which others may have borne another."""
    yield signing.saying(actor)
    runner.sign(actor, signing.end)
    return (yield from program)


def signed_alone(program: Program[T], actor: str, signing: Signing, begin: Begin) -> Program[T]:
    """A program whose writes bear a name, in a transaction of its own."""
    try:
        yield Pipeline((begin, signing.saying(actor)))
        answer = yield from nested(program, "nicol_signed")
        if signing.end is not None:
            yield Statement(signing.end, columns=False)
    except GeneratorExit:  # nobody drives the program any more, so there is nobody to speak to
        raise
    except BaseException:
        yield Rollback()
        raise
    yield Commit()
    return answer
