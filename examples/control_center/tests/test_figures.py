"""Names, numbers, links and trends: no database needed."""

from datetime import UTC, datetime, timedelta

import pytest
from control_center.fact_types import Better, Unit, fault_of, is_proposal, rank
from control_center.figures import currency_of, figure, number_of, trend
from control_center.links import link_fault
from control_center.rendering import ago, shop_name


@pytest.mark.parametrize(
    "name", ["shopify.sales.summary", "ga4.traffic.sessions", "shopify.inventory.low_stock", "a.b.c1"]
)
def test_a_fact_type_has_three_lower_case_parts(name: str) -> None:
    assert fault_of(name) is None


@pytest.mark.proves("Control Center", "fact types are named <source>.<domain>.<metric>")
@pytest.mark.parametrize(
    "name",
    ["", "sales", "shopify.sales", "Shopify.sales.summary", "shopify.sales.summary.daily", "shopify..summary",
     "shopify.sales.", "shopify sales.x.y", "1st.sales.summary", "shopify.sales.summary\n", "größe.sales.summary"],
)  # fmt: skip
def test_any_other_name_is_refused_with_the_reason(name: str) -> None:
    fault = fault_of(name)
    assert fault is not None
    assert "three parts in lower case" in fault


@pytest.mark.parametrize(
    ("link", "good"),
    [
        ("https://example.com/a?b=c#d", True),
        ("http://localhost:8000/report", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("https://", False),
        ("//example.com", False),
        ("report.pdf", False),
        (" https://example.com", False),
        ("https://[broken", False),
    ],
)
def test_evidence_is_a_web_link(link: str, good: bool) -> None:
    assert (link_fault(link) is None) == good


@pytest.mark.parametrize(
    ("number", "unit", "currency", "text"),
    [
        (4812.4, Unit.MONEY, "€", "€4,812"),
        (68.4, Unit.MONEY, "$", "$68.40"),
        (1204.0, Unit.COUNT, "", "1,204"),
        (2.34, Unit.PERCENT, "", "2.3 %"),
        (51.0, Unit.MINUTES, "", "51 min"),
        (125.0, Unit.MINUTES, "", "2 h 05 min"),
        (0.5, Unit.PLAIN, "", "0.5"),
    ],
)
def test_a_figure_is_written_in_its_unit(number: float, unit: Unit, currency: str, text: str) -> None:
    assert figure(number, unit, currency) == text


@pytest.mark.parametrize(
    ("value", "number"),
    [({"gross": 3}, 3.0), (4.5, 4.5), ({"other": 1}, None), ({"gross": "12"}, None), (True, None), ([1], None), (None, None)],
)  # fmt: skip
def test_a_headline_is_a_number_or_nothing(value: object, number: float | None) -> None:
    assert number_of(value, "gross") == number


def test_a_currency_is_shown_by_its_sign_or_its_code() -> None:
    assert [currency_of({"currency": code}) for code in ("EUR", "CHF")] == ["€", "CHF "]
    assert currency_of(3) == ""


@pytest.mark.parametrize(
    ("numbers", "better", "text", "good"),
    [
        ([100, 100, 110], Better.UP, "+10.0%", True),
        ([100, 100, 90], Better.UP, "−10.0%", False),
        ([100, 100, 90], Better.DOWN, "−10.0%", True),
        ([1000, 10, 10, 10, 10, 10, 10, 10, 20], Better.NEITHER, "+100.0%", None),
    ],
)
def test_a_trend_compares_with_the_facts_before(
    numbers: list[float], better: Better, text: str, good: bool | None
) -> None:
    found = trend(numbers, better)
    assert found is not None
    assert (found.text, found.good) == (text, good)


@pytest.mark.parametrize("numbers", [[], [5.0], [0.0, 0.0, 5.0]])
def test_without_a_past_there_is_no_trend(numbers: list[float]) -> None:
    assert trend(numbers, Better.UP) is None


def test_proposals_are_known_by_their_metric_and_tiles_by_their_place() -> None:
    assert is_proposal("pricing.catalog.proposal")
    assert not is_proposal("proposal.catalog.pricing")
    names = ["zebra.a.b", "ga4.traffic.sessions", "apple.a.b", "shopify.sales.summary"]
    assert sorted(names, key=rank) == [
        "shopify.sales.summary",
        "ga4.traffic.sessions",
        "apple.a.b",
        "zebra.a.b",
    ]


def test_ages_and_shops_are_said_in_words() -> None:
    now = datetime(2026, 1, 10, tzinfo=UTC)
    ages = [timedelta(), timedelta(minutes=3), timedelta(hours=30), timedelta(days=9), -timedelta(hours=1)]
    assert [ago(now - age, now) for age in ages] == [
        "just now",
        "3 min ago",
        "1 d ago",
        "9 d ago",
        "just now",
    ]
    assert shop_name("harbor-and-pine.myshopify.com") == "Harbor and Pine"
