"""From a `Query` to what runs it: statement trees rendered once, and the conversation around them."""

from nicol.query.compile.compiler import Compiled, compile_query

__all__ = ["Compiled", "compile_query"]
