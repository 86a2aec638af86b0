"""Resolution: the documents of one schema to the schema they describe, with everything the rule book says about them."""

from __future__ import annotations

from collections.abc import Mapping

from nicol.diagnostics import Checked
from nicol.schema.bind import bind, datasources
from nicol.schema.build import build
from nicol.schema.document import Document
from nicol.schema.provider import Provider
from nicol.schema.rules import judge
from nicol.schema.rules.rule import Case
from nicol.schema.schema import Schema
from nicol.schema.settings import provider_of


def resolve(
    documents: tuple[Document, ...], provider: Provider | None, owners: Mapping[str, str] | None = None
) -> Checked[Schema]:
    """The schema of one or more documents. Without a provider, the rules that ask the database are left out.

    `owners` says whose annotations the bare words (`@index`) are: `nicol`, or any other name for somebody else's.
    """
    binding = bind(documents, owners)
    return Checked(build(binding), judge(Case(binding, provider)))


def wanted_provider(documents: tuple[Document, ...]) -> str | None:
    """The database that the datasource names (`postgres` is `postgresql`), known to Nicol or not; None where none is named."""
    return next((provider_of(block) for block in datasources(documents)), None)
