"""Random pairs of schemas with rows: migrated, compared with what was wanted, every row that can be kept looked for."""
