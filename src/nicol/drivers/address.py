"""Database URLs: what Prisma's spellings of them say, as values that never print a secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar, TypeAlias
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from nicol.errors import ConfigurationError

MEMORY = ":memory:"
"""The path of a SQLite database that lives as long as its connection."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many connections there may be and how long one waits for them; seconds, None for ever.

    `connections` None leaves the number to the driver; `idle` is how long an unused connection is kept.
    """

    connections: int | None = None
    acquire: float | None = 10.0
    connect: float = 5.0
    statement: float | None = None
    idle: float | None = 300.0


@dataclass(frozen=True, slots=True)
class SqliteAddress:
    """A SQLite file, or a database in memory. `unknown`: options of the URL that mean nothing here.

    `quoted_strings`: `"text"` that is no name is taken for a string, as SQLite does by itself and old scripts rely on
    (https://sqlite.org/quirks.html#dblquote).
    """

    path: str
    limits: Limits = field(default_factory=Limits)
    busy_timeout: float = 5.0
    read_only: bool = False
    quoted_strings: bool = False
    unknown: tuple[str, ...] = ()

    dialect: ClassVar[str] = "sqlite"

    @property
    def in_memory(self) -> bool:
        """True when no file stands behind the database."""
        return self.path == MEMORY

    @property
    def database(self) -> str:
        """The file's name."""
        return Path(self.path).name

    @property
    def masked(self) -> str:
        """The address as it may be shown."""
        return self.path if self.in_memory else f"file:{self.path}"

    @property
    def attributes(self) -> dict[str, str | int]:
        """What OpenTelemetry calls the database (https://opentelemetry.io/docs/specs/semconv/database/)."""
        return {"db.system": "sqlite", "db.system.name": "sqlite"}

    def on(self, database: str) -> SqliteAddress:
        """The file of another database in the same folder."""
        return replace(self, path=str(Path(self.path).with_name(f"{database}.db")))

    def as_replica(self) -> SqliteAddress:
        """The same file, which is only read."""
        return replace(self, read_only=True)

    def for_scripts(self) -> SqliteAddress:
        """The same database, ready for scripts that were written for SQLite as it is."""
        return replace(self, quoted_strings=True)

    def below(self, folder: Path) -> SqliteAddress:
        """The same address with a relative path understood from a folder."""
        return self if self.in_memory else replace(self, path=str(folder / self.path))


@dataclass(frozen=True, slots=True)
class PostgresAddress:
    """A database on a PostgreSQL server. `libpq` holds libpq's own settings, the password among them.

    `schema` is the namespace to work in. `pooled`: the URL says that a pooler stands between, which cannot carry prepared
    statements. `prepare` false: nothing is prepared. `statements` is how many of them a connection keeps. `unknown`:
    options of the URL that mean nothing here.
    """

    libpq: tuple[tuple[str, str], ...] = field(repr=False)
    limits: Limits = field(default_factory=Limits)
    schema: str | None = None
    prepare: bool = True
    pooled: bool = False
    statements: int = 256
    unknown: tuple[str, ...] = ()

    dialect: ClassVar[str] = "postgresql"
    in_memory: ClassVar[bool] = False

    @property
    def settings(self) -> dict[str, str]:
        """libpq's settings as a fresh dictionary."""
        return dict(self.libpq)

    @property
    def database(self) -> str:
        """The database's name, which is the user's where the URL has none."""
        settings = self.settings
        return settings.get("dbname") or settings.get("user") or "postgres"

    @property
    def host(self) -> str:
        """The server's name, or the folder of its socket."""
        return self.settings.get("host", "localhost")

    @property
    def port(self) -> str:
        """The server's port."""
        return self.settings.get("port", "5432")

    @property
    def masked(self) -> str:
        """The address as it may be shown: with the user's name, without the password."""
        user = self.settings.get("user")
        secret = ":***" if self.settings.get("password") else ""
        login = f"{quote(user)}{secret}@" if user else ""
        if self.host.startswith("/"):
            return f"postgresql://{login}/{quote(self.database)}?host={self.host}"
        return f"postgresql://{login}{self.host}:{self.port}/{quote(self.database)}"

    @property
    def attributes(self) -> dict[str, str | int]:
        """What OpenTelemetry calls the database (https://opentelemetry.io/docs/specs/semconv/database/)."""
        return {
            "db.system": "postgresql",
            "db.system.name": "postgresql",
            "db.namespace": self.database,
            "server.address": self.host,
            "server.port": int(self.port.partition(",")[0]),
        }

    def as_replica(self) -> PostgresAddress:
        """The same server, asked to refuse writes; a pooler could not carry the wish."""
        if self.pooled:
            return self
        settings = self.settings
        options = (settings.get("options", ""), "-c default_transaction_read_only=on")
        return replace(self, libpq=tuple({**settings, "options": " ".join(filter(None, options))}.items()))

    def for_scripts(self) -> PostgresAddress:
        """The same database, with nothing prepared: a script is said once, and a pooler may stand between."""
        return replace(self, prepare=False)

    def below(self, folder: Path) -> PostgresAddress:  # noqa: ARG002 - no part of it is a path of this machine's
        """The same address: it names no file."""
        return self

    def on(self, database: str) -> PostgresAddress:
        """The same server and user with another database."""
        return replace(self, libpq=tuple({**self.settings, "dbname": database}.items()))


Address: TypeAlias = SqliteAddress | PostgresAddress

_SQLITE = ("file", "sqlite")
_POSTGRES = ("postgres", "postgresql")
_NOT_HERE = {
    "mysql": "MySQL",
    "mariadb": "MariaDB",
    "sqlserver": "SQL Server",
    "mongodb": "MongoDB",
    "mongodb+srv": "MongoDB",
    "cockroachdb": "CockroachDB",
    "prisma": "Prisma Accelerate",
    "prisma+postgres": "Prisma Accelerate",
    "libsql": "libSQL",
}
_FORMS = 'write "file:./dev.db" for SQLite or "postgresql://user:password@host:5432/database" for PostgreSQL'


def parse_address(url: str) -> Address:
    """What a database URL says; ConfigurationError when it says nothing, or names a database that is not served."""
    text = url.strip()
    if text == MEMORY:
        return SqliteAddress(MEMORY)
    scheme, colon, rest = text.partition(":")
    scheme = scheme.lower()
    if not text or not colon:
        raise ConfigurationError(
            "the database URL has no scheme" if text else "the database URL is empty", help=_FORMS
        )
    if scheme in _SQLITE:
        return _sqlite(rest)
    if scheme in _POSTGRES:
        return _postgres(text)
    if scheme in _NOT_HERE:
        raise ConfigurationError(
            f"{_NOT_HERE[scheme]} is not served; the URL begins with `{scheme}:`", help=_FORMS
        )
    raise ConfigurationError(f"the database URL begins with `{scheme[:20]}:`, which is unknown", help=_FORMS)


def anchored(url: str, folder: Path) -> str:
    """A URL whose relative file, where it names one, is taken from a folder."""
    scheme, colon, rest = url.strip().partition(":")
    path, mark, query = rest.partition("?")
    names_file = colon and scheme.lower() in _SQLITE and path not in ("", MEMORY)
    if not names_file or path.startswith("/"):
        return url
    return f"{scheme}:{quote(str((folder / unquote(path)).resolve()), safe='/:')}{mark}{query}"


# ---- SQLite ----------------------------------------------------------------------------------------------------------

_SQLITE_OPTIONS = frozenset(
    {"connection_limit", "pool_timeout", "busy_timeout", "socket_timeout", "connect_timeout", "mode", "cache"}
)
_MODES = {"ro": True, "rw": False, "rwc": False, "memory": False}


def _sqlite(rest: str) -> SqliteAddress:
    path, _, query = rest.partition("?")
    options = _options(query)
    path = _file_path(unquote(path))
    if not path:
        raise ConfigurationError("the database URL names no file", help=_FORMS)
    mode = options.get("mode", "rwc")
    if mode not in _MODES:
        raise ConfigurationError(
            f"`mode={mode}` is unknown in a SQLite URL", help="ro, rw, rwc and memory are known"
        )
    return SqliteAddress(
        path=MEMORY if mode == "memory" else path,
        limits=_limits(options),
        busy_timeout=_busy_timeout(options),
        read_only=_MODES[mode],
        unknown=tuple(sorted(options.keys() - _SQLITE_OPTIONS)),
    )


def _busy_timeout(options: Mapping[str, str]) -> float:
    """How long to wait for the lock of another process: `busy_timeout` counts milliseconds as SQLite does."""
    if "busy_timeout" in options:
        return _number(options, "busy_timeout") / 1000
    return _number(options, "socket_timeout") if "socket_timeout" in options else 5.0


def _file_path(path: str) -> str:
    """`///abs` and `//abs` are the absolute path that people mean by them; SQLAlchemy's `///rel` is not Prisma's."""
    return "/" + path.lstrip("/") if path.startswith("//") else path


# ---- PostgreSQL ------------------------------------------------------------------------------------------------------

_PRISMA_OPTIONS = frozenset(
    {
        "schema", "connection_limit", "pool_timeout", "connect_timeout", "socket_timeout", "pgbouncer",
        "statement_cache_size", "max_idle_connection_lifetime", "sslaccept",
    }
)  # fmt: skip
_LIBPQ_OPTIONS = frozenset(
    {
        "application_name", "channel_binding", "client_encoding", "fallback_application_name", "gssencmode", "host",
        "hostaddr", "keepalives", "keepalives_count", "keepalives_idle", "keepalives_interval", "krbsrvname",
        "load_balance_hosts", "options", "passfile", "password", "port", "require_auth", "requirepeer", "service",
        "sslcert", "sslcertmode", "sslcrl", "sslcrldir", "sslkey", "ssl_max_protocol_version",
        "ssl_min_protocol_version", "sslmode", "sslnegotiation", "sslpassword", "sslrootcert", "sslsni",
        "target_session_attrs", "tcp_user_timeout", "user", "dbname",
    }
)  # fmt: skip


def _postgres(url: str) -> PostgresAddress:
    login, hosts, database, query = _pieces(url)
    options = _options(query)
    user, _, password = login.partition(":")
    settings = {
        "user": unquote(user),
        "password": unquote(password),
        "dbname": unquote(database),
        **_hosts(hosts),
    }
    settings.update({name: value for name, value in options.items() if name in _LIBPQ_OPTIONS})
    _translate_tls(settings, options)
    settings.setdefault("application_name", "nicol")
    cache = _count(options, "statement_cache_size")
    pooled = cache == 0 or options.get("pgbouncer", "false").lower() == "true"
    return PostgresAddress(
        libpq=tuple((name, value) for name, value in settings.items() if value),
        limits=_limits(options),
        schema=options.get("schema") or None,
        prepare=not pooled,
        pooled=pooled,
        statements=cache or 256,
        unknown=tuple(sorted(options.keys() - _LIBPQ_OPTIONS - _PRISMA_OPTIONS)),
    )


def _pieces(url: str) -> tuple[str, str, str, str]:
    """Login, hosts, database and query: by hand, since passwords hold what URL parsers stumble over and repeat."""
    rest = url.partition(":")[2].removeprefix("//")
    rest, _, query = rest.partition("?")
    login, _, rest = rest.rpartition("@")
    place, _, database = rest.partition("/")
    return login, place, database, query


def _hosts(text: str) -> dict[str, str]:
    """`host`, `port` of one host or of several that are separated by commas, as libpq takes them."""
    hosts: list[str] = []
    ports: list[str] = []
    for one in filter(None, text.split(",")):
        try:
            place = urlsplit(f"//{one}")
            ports.append(str(place.port or 5432))
        except ValueError:
            raise ConfigurationError("the database URL's host or port cannot be read", help=_FORMS) from None
        hosts.append(unquote(place.hostname or ""))
    return {"host": ",".join(hosts), "port": ",".join(ports)} if hosts else {}


def _translate_tls(settings: dict[str, str], options: Mapping[str, str]) -> None:
    """Prisma's `sslcert` is the server's root certificate and `sslaccept=strict` asks for its proof."""
    if "sslcert" in settings and "sslkey" not in settings:
        settings["sslrootcert"] = settings.pop("sslcert")
    match options.get("sslaccept"):
        case "strict":
            settings["sslmode"] = "verify-full"
        case None | "accept_invalid_certs":
            pass
        case other:
            raise ConfigurationError(
                f"`sslaccept={other}` is unknown", help="`strict` and `accept_invalid_certs` are known"
            )


# ---- both ------------------------------------------------------------------------------------------------------------


def _options(query: str) -> dict[str, str]:
    return dict(parse_qsl(query.replace("+", "%2B"), keep_blank_values=True))


def _limits(options: Mapping[str, str]) -> Limits:
    usual = Limits()
    connections = _count(options, "connection_limit")
    if connections == 0:
        raise ConfigurationError("`connection_limit` must be at least 1")
    return Limits(
        connections=connections,
        acquire=_seconds(options, "pool_timeout", usual.acquire),
        connect=_seconds(options, "connect_timeout", usual.connect) or 0,
        statement=_seconds(options, "socket_timeout", usual.statement),
        idle=_seconds(options, "max_idle_connection_lifetime", usual.idle),
    )


def _seconds(options: Mapping[str, str], name: str, usual: float | None) -> float | None:
    """Zero means for ever, as in Prisma."""
    return (_number(options, name) or None) if name in options else usual


def _count(options: Mapping[str, str], name: str) -> int | None:
    return int(_number(options, name)) if name in options else None


def _number(options: Mapping[str, str], name: str) -> float:
    try:
        number = float(options[name])
    except ValueError:
        number = -1.0
    if not 0 <= number < 1e9:
        raise ConfigurationError(f"`{name}` in the database URL must be a number that is not negative")
    return number
