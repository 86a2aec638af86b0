"""CockroachDB: its schemas are read, checked and formatted."""
