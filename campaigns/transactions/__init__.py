"""Transactions under pressure: many writers of one row, and connections that are cut at every message."""
