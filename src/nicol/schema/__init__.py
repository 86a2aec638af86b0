"""The language: text to document to schema. Knows no SQL and no files."""
