"""The campaign of calls: random schemas, data and calls, compared with plain Python and between the databases."""
