"""Campaigns against the carrying out of migrations: processes that are killed, and many at once."""
