"""One contract for every database and both kinds of client."""
