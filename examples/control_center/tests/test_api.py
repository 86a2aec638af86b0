"""The JSON side that services use: records of the generated client are the answers as they are."""

import pytest
from fastapi.testclient import TestClient

from .conftest import SHOP


@pytest.mark.proves("Client", "records as FastAPI response models")
def test_a_fact_that_a_service_writes_comes_back_as_json(site: TestClient) -> None:
    fact = {
        "shopDomain": SHOP,
        "factType": "shopify.sales.summary",
        "value": {"gross": 1.5},
        "metadata": {"window": "24h"},
    }
    written = site.post("/api/facts", json=fact)
    assert written.status_code == 201
    assert written.json() == written.json() | fact
    assert site.get(f"/api/shops/{SHOP}/facts").json() == [written.json()]
    assert "DashboardFact" in site.get("/openapi.json").text


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"factType": "Sales"}, "three parts in lower case"),
        ({"evidenceUrl": "javascript:1"}, "not a link"),
        ({"shopDomain": ""}, "not the domain of a shop"),
        ({"value": None}, "value"),
    ],
)
def test_a_fact_that_breaks_a_rule_is_refused_with_the_reason(
    site: TestClient, changes: dict[str, object], reason: str
) -> None:
    fact = {"shopDomain": SHOP, "factType": "shopify.sales.summary", "value": 1} | changes
    answer = site.post("/api/facts", json=fact)
    assert answer.status_code == 422
    assert reason in answer.text


def test_a_decision_that_breaks_a_rule_is_refused_by_field(site: TestClient) -> None:
    answer = site.post("/api/decisions", json={"scope": "ops", "actor": "Mara", "action": "approve"})
    assert answer.status_code == 422
    assert answer.json()["detail"].keys() == {"evidence_url"}


def test_a_decision_that_a_service_takes_enters_the_trail(site: TestClient) -> None:
    decision = {"scope": "ops", "actor": "forecast", "action": "note", "payload": [1, 2]}
    answer = site.post("/api/decisions", json=decision)
    assert answer.status_code == 201
    assert answer.json() == answer.json() | decision
    assert "forecast" in site.get("/audit").text
