"""Judging scripts: what their statements do, what was there before, and the rules that hold on every database."""
