"""Where a client connects: the URL that decides the database, and the dialect that goes with it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from nicol import dialects
from nicol.client.environment import read_environment
from nicol.client.interpolation import Text
from nicol.client.names import visible_scalars
from nicol.client.objects import PackageObjects
from nicol.client.package import Package
from nicol.client.parameters import spelled
from nicol.dialects.dialect import Dialect
from nicol.drivers.address import Address, parse_address
from nicol.errors import ClientError, ConfigurationError, DriverError
from nicol.query.engine import Engine
from nicol.schema.schema import Datasource, EnvironmentVariable, Schema
from nicol.sealing.keys import KeyProvider, KeyRing, SpelledKeys

DEFAULT_VARIABLE = "DATABASE_URL"
"""The variable that holds the URL where neither the client nor the schema says."""


def address_of(package: Package, url: str | None, environment: Mapping[str, str]) -> Address:
    """The address that a client of the package connects to; relative files are those that the commands mean."""
    datasource = package.schema.datasource
    home = (package.folder / package.base).resolve()
    address = parse_address(url or _configured(datasource, environment, home)).below(home)
    _check_provider(package, address)
    return address


def _configured(datasource: Datasource | None, process: Mapping[str, str], home: Path) -> str:
    match datasource.url if datasource else None:
        case str(url):
            return url
        case EnvironmentVariable(name):
            return _variable(name, process, home)
        case None:
            return _variable(DEFAULT_VARIABLE, process, home)


def _variable(name: str, process: Mapping[str, str], home: Path) -> str:
    """The variable of the process, or else of a `.env` file in the project's folder or the working directory."""
    environment = read_environment(process, (home, Path.cwd()))
    if variable := environment.get(name):
        return variable.value
    raise ConfigurationError(
        f"the environment variable {name} is not set: it says which database the client connects to"
        f" (looked for in {environment.places})",
        code="P1012",
        help=f'set {name}, put it into a .env file in {home}, or write Client(url="file:./dev.db")',
    )


def _check_provider(package: Package, address: Address) -> None:
    """A schema for one database has types and defaults that another one may not know."""
    datasource = package.schema.datasource
    if package.portable or datasource is None or datasource.provider == address.dialect:
        return
    raise ConfigurationError(
        f"the client was generated for {datasource.provider} and the URL leads to {address.dialect}",
        help=f'to run on both, set providers = ["{datasource.provider}", "{address.dialect}"] in the configuration '
        "and generate again",
    )


Omitted: TypeAlias = Mapping[str, Mapping[str, bool]]
"""Fields that a client leaves out: for each delegate the names of fields, each True."""


def replicas_of(package: Package, urls: Sequence[str], primary: Address) -> tuple[Address, ...]:
    """The addresses of replicas, which hold what the primary's database holds."""
    found = tuple(address_of(package, url, os.environ).as_replica() for url in urls)
    for each in found:
        if each.dialect != primary.dialect or each.in_memory:
            raise ConfigurationError(
                f"{each.masked} cannot be a replica of {primary.masked}",
                help="a replica is a copy that follows the same kind of database",
            )
    return found


@dataclass(frozen=True, slots=True)
class Link:
    """An address with its dialect and the package's query engine for it: what a client says, and what errors mean.

    `audited`: changes of some models are recorded.
    """

    address: Address
    schema: Schema
    dialect: Dialect
    engine: Engine
    audited: bool

    def translate(self, error: DriverError) -> ClientError:
        """A database's error in the schema's names."""
        return self.engine.explain(error)

    def spelled(self, text: Text, args: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
        """A raw statement in the database's own words, and its values as the database takes them."""
        return spelled(self.dialect, self.schema, text, args)


def open_link(
    package: Package,
    url: str | None,
    environment: Mapping[str, str],
    omit: Omitted | None = None,
    keys: KeyProvider | None = None,
) -> Link:
    """The link of a client of the package; ConfigurationError says what is missing."""
    address = address_of(package, url, environment)
    omitted = _omitted(package, omit or {})
    ring = _ring(package) if keys is None else KeyRing(keys)
    dialect, engine = _engine(package, address.dialect, omitted, ring)
    audited = any(model.audit is not None for model in package.schema.models)
    return Link(address, package.schema, dialect, engine, audited)


@cache
def _engine(
    package: Package, name: str, omitted: frozenset[tuple[str, frozenset[str]]], ring: KeyRing
) -> tuple[Dialect, Engine]:
    """All clients of a package that leave out the same fields share the plans for one kind of database.

    Clients that were given keys have plans of their own.
    """
    dialect = dialects.named(name, portable=package.portable)
    objects = _objects(package)
    engine = Engine(
        package.schema, dialect, objects, now=_now, random=os.urandom, omitted=dict(omitted), ring=ring
    )
    return dialect, engine


@cache
def _ring(package: Package) -> KeyRing:
    """The keys that the environment, or a `.env` file beside it, holds at the time when they are needed."""
    home = (package.folder / package.base).resolve()

    def read(name: str) -> str | None:
        return read_environment(os.environ, (home, Path.cwd())).value(name)

    return KeyRing(SpelledKeys(read))


def _objects(package: Package) -> PackageObjects:
    """What makes the package's models of rows."""
    if package.models_are == "struct":
        return PackageObjects(package)
    from nicol.client.pydantic_objects import PydanticObjects

    return PydanticObjects(package)


def _omitted(package: Package, omit: Omitted) -> frozenset[tuple[str, frozenset[str]]]:
    """The fields that a client leaves out, by their models."""
    return frozenset(
        (
            _model(package, delegate),
            frozenset(_field(package, delegate, name) for name, out in fields.items() if out),
        )
        for delegate, fields in omit.items()
    )


def _model(package: Package, delegate: str) -> str:
    model = package.delegates.get(delegate)
    if model is None:
        raise ConfigurationError(
            f"`omit` names `{delegate}`, which is no delegate of the client",
            help=f"known here: {', '.join(package.delegates)}",
        )
    return model


def _field(package: Package, delegate: str, name: str) -> str:
    known = [field.name for field in visible_scalars(package.models[_model(package, delegate)])]
    if name not in known:
        raise ConfigurationError(
            f"`omit` names `{delegate}.{name}`, which is no field that could be left out",
            help=f"known here: {', '.join(known)}",
        )
    return name


def _now() -> datetime:
    return datetime.now(UTC)
