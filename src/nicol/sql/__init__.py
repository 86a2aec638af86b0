"""What we say to databases: statement trees, statements, programs."""
