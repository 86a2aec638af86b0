"""The pages: stores, a store's orders, its calculator, and the editor of its matrices."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from starlette.datastructures import FormData

from draft_orders import matrices, orders, stores
from draft_orders.db import ProductMatrix, Store
from draft_orders.matrices import UnknownProductError, grid_of
from draft_orders.orders import QuantityError, RecordError, Wanted
from draft_orders.pricing import Grid, GridError, OutsideMatrixError, money
from draft_orders.rendering import html
from draft_orders.shopify import RefusedError, UncertainError
from draft_orders.wiring import Database, TheShopify

router = APIRouter(include_in_schema=False)


@router.get("/")
async def home(db: Database) -> HTMLResponse:
    """All stores with their counters."""
    return html("stores.html", stores=await stores.all_stores(db))


@router.get("/api/health")
async def health(db: Database) -> JSONResponse:
    """Whether the database answers, and how many draft orders are on their way."""
    return JSONResponse({"ok": True, "waiting": await db.draft_order_request.count()})


@router.get("/stores/{domain}")
async def store(db: Database, domain: str, page: int = 1) -> HTMLResponse:
    """A store: its counter, its orders by day, and the list of them."""
    found = _there(await db.store.find_unique(where={"domain": domain}), domain)
    at = max(page, 1)
    rows = await stores.page_of_orders(db, found.id, at)
    days = await stores.by_day(db, found.id, datetime.now(UTC))
    return html(
        "store.html",
        store=found,
        here="orders",
        days=days,
        total=sum((day.total for day in days), Decimal(0)),
        rows=rows[: stores.PAGE],
        page=at,
        more=len(rows) > stores.PAGE,
    )


@router.get("/stores/{domain}/calculator")
async def calculator(request: Request, db: Database, domain: str, made: str = "") -> HTMLResponse:
    """What a size costs; the answer alone where the page asks for it while somebody types."""
    found = _there(await stores.with_products(db, domain), domain)
    given = {name: request.query_params.get(name, "") for name in ("product", "width", "height", "quantity")}
    template = "parts/price.html" if _is_fragment(request) else "calculator.html"
    return html(template, **_calculated(found, given), here="calculator", made=made)


@router.post("/stores/{domain}/orders")
async def order(
    request: Request,
    db: Database,
    shopify: TheShopify,
    domain: str,
    product: Annotated[str, Form()],
    width: Annotated[int, Form()],
    height: Annotated[int, Form()],
    quantity: Annotated[int, Form()] = 1,
) -> Response:
    """Make a draft order; what stands in the way is said where the price was."""
    try:
        done = await orders.create_draft_order(db, shopify, Wanted(domain, product, width, height, quantity))
    except UnknownProductError as fault:
        raise HTTPException(404, str(fault)) from fault
    except (OutsideMatrixError, QuantityError, RefusedError, RecordError) as fault:
        return await _refused(request, db, domain, str(fault), 422)
    except UncertainError as fault:
        said = f"{fault}. It will be looked after: nothing is ordered twice."
        return await _refused(request, db, domain, said, 503)
    return RedirectResponse(f"{_address(domain)}/calculator?made={quote(done.shopifyOrderName)}", 303)


@router.get("/stores/{domain}/matrices")
async def matrix_list(db: Database, domain: str) -> HTMLResponse:
    """The matrices of a store, and which products they price."""
    return html(
        "matrices.html", store=_there(await stores.with_products(db, domain), domain), here="matrices"
    )


@router.get("/stores/{domain}/matrices/{matrix_id}")
async def matrix(db: Database, domain: str, matrix_id: str, saved: bool = False) -> HTMLResponse:
    """The editor of a matrix."""
    found = await db.price_matrix.find_first(
        where={"id": matrix_id, "store": {"is": {"domain": domain}}}, include={"store": True}
    )
    if found is None:
        raise HTTPException(404, f"{domain} has no such matrix")
    grid = grid_of(found)
    table = [[f"{price:.2f}" for price in row] for row in grid.prices]
    widths, heights = [str(step) for step in grid.widths], [str(step) for step in grid.heights]
    return _editor(found.store, matrix_id, found.name, widths, heights, table, saved=saved)


@router.post("/stores/{domain}/matrices/{matrix_id}")
async def edit_matrix(request: Request, db: Database, domain: str, matrix_id: str) -> Response:
    """Save the grid, or give it back with another row or column; nothing is saved as long as it is none."""
    async with request.form(max_fields=5000) as form:
        name, widths, heights, table = _typed(form)
        action = str(form.get("action", "save"))
    where = _there(await db.store.find_unique(where={"domain": domain}), domain)
    if action == "add width":
        wider = [[*row, ""] for row in table]
        return _editor(where, matrix_id, name, [*widths, ""], heights, wider)
    if action == "add height":
        return _editor(where, matrix_id, name, widths, [*heights, ""], [*table, [""] * len(widths)])
    try:
        grid = _grid(widths, heights, table)
        if not name:
            raise GridError("a matrix needs a name")
    except GridError as fault:
        return _editor(where, matrix_id, name, widths, heights, table, fault=str(fault))
    if not await matrices.save(db, domain, matrix_id, name, grid):
        raise HTTPException(404, f"{domain} has no such matrix")
    return RedirectResponse(f"{_address(domain)}/matrices/{quote(matrix_id)}?saved=true", 303)


# ---- the calculator --------------------------------------------------------------------------------------------------


async def _refused(request: Request, db: Database, domain: str, said: str, status: int) -> HTMLResponse:
    found = _there(await stores.with_products(db, domain), domain)
    form = await request.form()
    given = {name: str(form.get(name, "")) for name in ("product", "width", "height", "quantity")}
    context = _calculated(found, given) | {"fault": said}
    return html("calculator.html", status, **context, here="calculator", made="")


def _calculated(store: Store, given: dict[str, str]) -> dict[str, Any]:
    """The page's words for what was asked: a price, or why there is none."""
    products = {each.productId: each for each in store.products or ()}
    chosen = products.get(given["product"]) or next(iter(products.values()), None)
    context: dict[str, Any] = {"store": store, "given": given, "chosen": chosen, "price": None, "fault": ""}
    if chosen is None or not (given["width"] and given["height"]):
        return context
    try:
        context |= _priced(chosen, given)
    except (OutsideMatrixError, QuantityError) as fault:
        context["fault"] = str(fault)
    return context


def _priced(product: ProductMatrix, given: dict[str, str]) -> dict[str, Any]:
    quantity = _number(given["quantity"] or "1")
    if quantity < 1:
        raise QuantityError("at least one piece is needed")
    assert product.matrix is not None
    price = grid_of(product.matrix).price(_number(given["width"]), _number(given["height"]))
    return {"price": price, "total": price * quantity, "quantity": quantity}


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise QuantityError(f"“{text}” is not a whole number") from None


# ---- the editor ------------------------------------------------------------------------------------------------------

Texts = list[str]


def _typed(form: FormData) -> tuple[str, Texts, Texts, list[Texts]]:
    """What was typed into the editor: name, steps and cells, as texts; empty rows and columns are left out."""
    widths, heights = _series(form, "width"), _series(form, "height")
    table = [
        [str(form.get(f"cell-{row}-{column}", "")).strip() for column in range(len(widths))]
        for row in range(len(heights))
    ]
    wide = [at for at, step in enumerate(widths) if step or any(row[at] for row in table)]
    high = [at for at, step in enumerate(heights) if step or any(table[at])]
    name = str(form.get("name", "")).strip()
    cells = [[table[row][column] for column in wide] for row in high]
    return name, [widths[at] for at in wide], [heights[at] for at in high], cells


def _series(form: FormData, name: str) -> Texts:
    found: Texts = []
    while (step := form.get(f"{name}-{len(found)}")) is not None:
        found.append(str(step).strip())
    return found


def _grid(widths: Texts, heights: Texts, table: list[Texts]) -> Grid:
    steps = [[_step(text) for text in series] for series in (widths, heights)]
    return Grid.of(steps[0], steps[1], [money(text) for row in table for text in row])


def _step(text: str) -> int:
    if not text.isdecimal() or len(text) > 6:
        raise GridError(f"“{text}” is not a number of millimetres")
    return int(text)


def _editor(
    store: Store | None,
    matrix_id: str,
    name: str,
    widths: Texts,
    heights: Texts,
    table: list[Texts],
    *,
    fault: str = "",
    saved: bool = False,
) -> HTMLResponse:
    return html(
        "matrix.html",
        422 if fault else 200,
        store=store,
        here="matrices",
        matrix_id=matrix_id,
        name=name,
        widths=widths,
        heights=heights,
        table=table,
        fault=fault,
        saved=saved,
    )


# ---- what pages share ------------------------------------------------------------------------------------------------


def _there(store: Store | None, domain: str) -> Store:
    if store is None:
        raise HTTPException(404, f"there is no store {domain}")
    return store


def _address(domain: str) -> str:
    return f"/stores/{quote(domain, safe='')}"


def _is_fragment(request: Request) -> bool:
    """Whether htmx wants a part of a page; when it goes back in history it wants the whole."""
    return request.headers.get("hx-request") == "true" and "hx-history-restore-request" not in request.headers
