"""Moving house: the rows of one database into another, of the same kind or not, by the schema that both serve."""
