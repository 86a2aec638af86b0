"""Scopes: what a client sees and may touch of each model, kept by rewriting every query before it is compiled."""
