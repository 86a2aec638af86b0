"""Annotations: what Nicol adds to the language, in `///` comments under its own name: `/// @nicol.encrypted`.

`table` says which there are, `scan` finds them in comments, `place` ties them to what they stand on, `values` makes the
schema's values of them.
"""
