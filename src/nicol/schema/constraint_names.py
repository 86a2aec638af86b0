"""How the database calls the constraints that a schema does not name: Prisma's names, so that both find the same ones."""

from __future__ import annotations

from collections.abc import Iterable


def in_bytes(name: str) -> bytes:
    """A name as UTF-8, also where an editor sent half of a character."""
    return name.encode("utf-8", "surrogatepass")


def shortened(name: str, limit: int | None, suffix: str = "") -> str:
    """A name that ends with a suffix, cut before it (between characters) so that the whole keeps the limit in bytes."""
    if limit is None or len(in_bytes(name)) + len(suffix.encode()) <= limit:
        return name + suffix
    kept = in_bytes(name)[: limit - len(suffix.encode())]
    return kept.decode(errors="ignore") + suffix


def primary_key_name(table: str, limit: int | None) -> str:
    """`User_pkey`."""
    return shortened(table, limit, "_pkey")


def unique_name(table: str, columns: Iterable[str], limit: int | None) -> str:
    """`User_email_key`."""
    return shortened("_".join((table, *columns)), limit, "_key")


def index_name(table: str, columns: Iterable[str], limit: int | None) -> str:
    """`User_name_idx`."""
    return shortened("_".join((table, *columns)), limit, "_idx")


def foreign_key_name(table: str, columns: Iterable[str], limit: int | None) -> str:
    """`Post_authorId_fkey`."""
    return shortened("_".join((table, *columns)), limit, "_fkey")
