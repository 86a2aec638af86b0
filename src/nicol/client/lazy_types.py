"""The typed dictionaries of a package at run time: read from the stub, made when one of their model is asked for."""

from __future__ import annotations
import __future__

import ast
import re
from functools import cached_property
from pathlib import Path
from typing import Any

from nicol.client.names import BLOCK

_DEFINED = re.compile(r"^(?:class )?(\w+)(?=\(|: TypeAlias| = TypedDict)", re.MULTILINE)


class LazyTypes:
    """The stub `types.pyi` by its blocks. A large schema has thousands of types, of which a program names a few."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def make(self, name: str, namespace: dict[str, Any]) -> bool:
        """Define a name, with the others of its block, in the namespace of the module; False where there is none."""
        if name not in self.names:
            return False
        head, *_ = self._parts
        self._execute(head, namespace)
        self._execute(self._blocks[self.names[name]], namespace)
        return True

    @cached_property
    def names(self) -> dict[str, str]:
        """Every name of the stub with the block that defines it."""
        return {name: block for block, text in self._blocks.items() for name in _DEFINED.findall(text)}

    @cached_property
    def _parts(self) -> list[str]:
        return self._path.read_text("utf-8").split(f"\n{BLOCK}")

    @cached_property
    def _blocks(self) -> dict[str, str]:
        return {part.partition("\n")[0]: part.partition("\n")[2] for part in self._parts[1:]}

    def _execute(self, text: str, namespace: dict[str, Any]) -> None:
        tree = _Later().visit(ast.parse(text))
        code = compile(tree, str(self._path), "exec", flags=__future__.annotations.compiler_flag)
        exec(code, namespace)  # noqa: S102 - a file of the generated package, as its modules are


class _Later(ast.NodeTransformer):
    """Makes the types of a dictionary's keys text: they name types that are made later, or never."""

    def visit_Call(self, node: ast.Call) -> ast.Call:
        """A typed dictionary in the functional form."""
        match node.args:
            case [_, ast.Dict() as items]:
                items.values = [
                    ast.copy_location(ast.Constant(ast.unparse(each)), each) for each in items.values
                ]
            case _:
                pass
        return node
