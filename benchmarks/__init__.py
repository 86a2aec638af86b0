"""Nicol measured: beside the bare drivers, and with itself at other sizes. `python -m benchmarks` runs everything."""
