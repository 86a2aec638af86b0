"""What an editor asks about a schema: pure functions of its documents and a place in them."""
