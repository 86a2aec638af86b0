"""Nicol: the Prisma workflow, native to Python. Generated clients import `nicol.client`; the command is `nicol`."""

__version__ = "0.1.0"
