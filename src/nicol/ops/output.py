"""Output: a text that a command was asked to write to a file."""

from __future__ import annotations

from pathlib import Path

from nicol.errors import ConfigurationError
from nicol.ops.writing import write_atomically


def write_output(path: Path, text: str) -> None:
    """Write a file whole or not at all, in a folder that is made if need be; ConfigurationError where that cannot be."""
    try:
        write_atomically(path, text)
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be written: {error.strerror or error}", help="choose another file with --output"
        ) from None
