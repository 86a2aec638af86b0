"""The JSON side that services use: records of the generated client are the answers as they are."""

import pytest
from httpx import AsyncClient as Site

from .conftest import SHOP

pytestmark = pytest.mark.anyio


@pytest.mark.proves("Client", "records as FastAPI response models")
async def test_a_fact_that_a_service_writes_comes_back_as_json(site: Site) -> None:
    fact = {
        "shopDomain": SHOP,
        "factType": "shopify.sales.summary",
        "value": {"gross": 1.5},
        "metadata": {"window": "24h"},
    }
    written = await site.post("/api/facts", json=fact)
    assert written.status_code == 201
    assert written.json() == written.json() | fact
    assert (await site.get(f"/api/shops/{SHOP}/facts")).json() == [written.json()]
    assert "DashboardFact" in (await site.get("/openapi.json")).text


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"factType": "Sales"}, "three parts in lower case"),
        ({"evidenceUrl": "javascript:1"}, "not a link"),
        ({"shopDomain": ""}, "not the domain of a shop"),
        ({"value": None}, "value"),
    ],
)
async def test_a_fact_that_breaks_a_rule_is_refused_with_the_reason(
    site: Site, changes: dict[str, object], reason: str
) -> None:
    fact = {"shopDomain": SHOP, "factType": "shopify.sales.summary", "value": 1} | changes
    answer = await site.post("/api/facts", json=fact)
    assert answer.status_code == 422
    assert reason in answer.text


async def test_a_decision_that_breaks_a_rule_is_refused_by_field(site: Site) -> None:
    answer = await site.post("/api/decisions", json={"scope": "ops", "actor": "Mara", "action": "approve"})
    assert answer.status_code == 422
    assert answer.json()["detail"].keys() == {"evidence_url"}


async def test_a_decision_that_a_service_takes_enters_the_trail(site: Site) -> None:
    decision = {"scope": "ops", "actor": "forecast", "action": "note", "payload": [1, 2]}
    answer = await site.post("/api/decisions", json=decision)
    assert answer.status_code == 201
    assert answer.json() == answer.json() | decision
    assert "forecast" in (await site.get("/audit")).text
