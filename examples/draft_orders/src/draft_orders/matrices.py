"""Price matrices in the database, and which product is priced by which."""

from __future__ import annotations

from draft_orders.db import AsyncClient, PriceMatrix, ProductMatrix
from draft_orders.pricing import Grid


class UnknownProductError(LookupError):
    """A product of a store that no matrix prices."""


def grid_of(matrix: PriceMatrix) -> Grid:
    """The grid that a matrix holds."""
    return Grid.of(matrix.widths, matrix.heights, matrix.cells)


async def priced(db: AsyncClient, domain: str, product_id: str) -> ProductMatrix:
    """A product of a store with its matrix, in one statement for each; UnknownProductError."""
    found = await db.product_matrix.find_first(
        where={"productId": product_id, "store": {"is": {"domain": domain}}}, include={"matrix": True}
    )
    if found is None:
        raise UnknownProductError(f"{domain} has no matrix for the product {product_id}")
    return found


async def save(db: AsyncClient, domain: str, matrix_id: str, name: str, grid: Grid) -> bool:
    """Replace a matrix of a store; False when the store has none of that id."""
    changed = await db.price_matrix.update_many(
        where={"id": matrix_id, "store": {"is": {"domain": domain}}},
        data={"name": name, "widths": list(grid.widths), "heights": list(grid.heights), "cells": grid.cells},
    )
    return bool(changed)
