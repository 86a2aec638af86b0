"""From a call's arguments to a `Query` and the values beside it, in one walk."""

from nicol.query.read.call import OPERATIONS, read

__all__ = ["OPERATIONS", "read"]
