"""The contenders of `benchmarks/client.py`: each does the same works in its own usual way."""
