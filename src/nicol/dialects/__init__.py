"""Everything that a database does its own way, one folder per database."""
