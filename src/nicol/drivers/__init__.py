"""Connections, pools, transactions, and the two ways to drive a program. The only code that waits."""
