"""Writes clients; never loaded by the runtime."""
