"""A whole database as one file, and back: taken while others write, put back as a whole or not at all."""

from nicol.drivers.snapshots.layout import Layout, TableRows
from nicol.drivers.snapshots.opening import restore, snapshot
from nicol.drivers.snapshots.snapshot import Snapshot, Told

__all__ = ["Layout", "Snapshot", "TableRows", "Told", "restore", "snapshot"]
