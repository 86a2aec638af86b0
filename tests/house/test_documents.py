"""What the documentation tells people to do works as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.documents import ROOT, blocks, run_page

PRODUCTION = "postgresql://user:password@host/shop"
PAGES = sorted(
    path for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")] if path.name != "scorecard.md"
)
RUN = [
    page
    for page in PAGES
    if page.parent not in (ROOT, ROOT / "docs" / "decisions")
    and any(block.language in ("sh", "console", "python") for block in blocks(page.read_text()))
]
LINK = re.compile(r"\[[^]]+\]\((?!https?://)([^)#]+)[^)]*\)")


@pytest.mark.slow
@pytest.mark.proves("Command line", "the README's tour, as printed")
def test_the_tour_of_the_readme_works(database_url: str, postgres_url: str, tmp_path: Path) -> None:
    page = (ROOT / "README.md").read_text().replace(PRODUCTION, postgres_url)
    run_page(page, tmp_path, {} if database_url.startswith("file:") else {"DATABASE_URL": database_url})


@pytest.mark.slow
@pytest.mark.holds_secrets("*.py")  # the page's own program, in which its URL stands
@pytest.mark.parametrize("page", RUN, ids=lambda page: page.stem)
def test_a_page_of_the_documentation_works(page: Path, postgres_url: str, tmp_path: Path) -> None:
    run_page(page.read_text().replace(PRODUCTION, postgres_url), tmp_path, {})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    assert not [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()]


def test_the_index_of_the_documentation_names_every_page() -> None:
    index = ROOT / "docs" / "README.md"
    named = {(index.parent / link).resolve() for link in LINK.findall(index.read_text())}
    assert not {page for page in ROOT.glob("docs/**/*.md") if page != index and page.resolve() not in named}
