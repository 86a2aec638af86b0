"""`migrate lint`: which scripts are judged, and what the rule book says about them."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nicol.diagnostics import Diagnostic, Source
from nicol.dialects import NAMES, named
from nicol.dialects.lint.level import Level
from nicol.errors import ConfigurationError, MigrationError, NicolError
from nicol.migrate.commuting import late_beside
from nicol.migrate.history import LOCK_FILE, History, Migration, lock_of, script_file
from nicol.migrate.lint import SHARED_RULES, lint
from nicol.ops.histories import read_history
from nicol.ops.project import Project
from nicol.ops.schemas import datasource_of, shown
from nicol.ops.status import migrate_status

_NAMED = re.compile(r"\.(?P<provider>[a-z]+)\.sql\Z")


@dataclass(frozen=True, slots=True)
class Choice:
    """Which migrations are meant: all, those behind one, those that a git revision has not, else those that are pending."""

    everything: bool = False
    since: str | None = None
    git_base: str | None = None


@dataclass(frozen=True, slots=True)
class Linted:
    """What was judged, and what was found. `chosen`: the names of migrations, or the paths that were given; `why` in words."""

    sources: tuple[Source, ...] = ()
    findings: tuple[Diagnostic, ...] = ()
    chosen: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    why: str = ""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Chosen:
    names: tuple[str, ...]
    why: str
    remarks: tuple[str, ...] = ()
    settled: tuple[str, ...] = ()
    """Those that others have: databases where they are applied, the revision that the branch began from."""


def lint_history(project: Project, choice: Choice, provider: str | None = None) -> Linted:
    """Judge migrations of the project's history."""
    history = read_history(project.migrations)
    chosen = _chosen(project, history, choice)
    providers = _providers(project, history, provider)
    judged = _judge(project, history, providers, dict.fromkeys(chosen.names), chosen.settled)
    return Linted(judged.sources, judged.findings, chosen.names, providers, chosen.why, chosen.remarks)


def lint_given(project: Project, given: Sequence[Path | Source], provider: str | None = None) -> Linted:
    """Judge files and folders. Those of the history are judged beside what stands before them, others by themselves."""
    texts = [each for each in given if isinstance(each, Source)]
    files = [file for each in given if isinstance(each, Path) for file in _scripts_at(each)]
    own = [file for file in files if file.resolve().parent.parent == project.migrations]
    foreign = [file for file in files if file not in own]
    found = Linted()
    if own:
        found = _judge_own(project, own, provider)
    for source in (*texts, *map(_read, foreign)):
        names = _provider_of(project, source.path, provider)
        findings = lint((source,), named(names), _levels(project), {source.path})
        found = Linted(
            (*found.sources, source),
            (*found.findings, *findings),
            providers=tuple(dict.fromkeys((*found.providers, names))),
        )
    paths = tuple(dict.fromkeys(source.path for source in found.sources))
    return Linted(found.sources, found.findings, paths, found.providers, "as given")


def sentences(providers: Iterable[str]) -> Mapping[str, str]:
    """What must hold, by the code of the rule."""
    rules = {rule.code: rule.sentence for provider in providers for rule in named(provider).rules}
    return {**{code: sentence for code, (_, sentence, _, _) in SHARED_RULES.items()}, **rules}


# ---- which migrations ------------------------------------------------------------------------------------------------


def _chosen(project: Project, history: History, choice: Choice) -> _Chosen:
    if choice.everything:
        return _Chosen(history.names, "the whole history")
    if choice.since is not None:
        name = Path(choice.since).name
        if name not in history.names:
            raise MigrationError(
                f"there is no migration {name} in the history",
                code="P3017",
                help="`nicol migrate status` lists them",
            )
        return _Chosen(tuple(each for each in history.names if each > name), f"behind {name}")
    if choice.git_base is not None:
        changed = _changed_since(project.migrations, choice.git_base)
        names = tuple(name for name in history.names if name in changed)
        known = _known_at(project.migrations, choice.git_base)
        settled = tuple(name for name in history.names if name in known)
        return _Chosen(names, f"new or changed since {choice.git_base}", settled=settled)
    return _pending(project, history)


def _pending(project: Project, history: History) -> _Chosen:
    """Those that the database has not applied; all of them where no database can tell."""
    if not history.names:
        return _Chosen((), "the whole history")
    try:
        found = migrate_status(project)
    except NicolError as error:
        remark = f"no database tells what is applied ({error.message}), so that the whole history was read"
        return _Chosen(history.names, "the whole history", (remark,))
    names = {*found.standing.pending, *found.standing.failed}
    return _Chosen(
        tuple(name for name in history.names if name in names),
        f"not applied to {found.target.shown}",
        settled=found.standing.applied,
    )


def _changed_since(folder: Path, revision: str) -> frozenset[str]:
    """The migrations that differ from where the branch left a git revision, files that git does not know yet included."""
    if not folder.is_dir():
        return frozenset()
    base = _git(folder, "merge-base", "--end-of-options", revision, "HEAD").strip()
    changed = _git(folder, "diff", "--name-only", "--relative", "-z", base, "--", ".")
    unknown = _git(folder, "ls-files", "--others", "--exclude-standard", "-z", "--", ".")
    return frozenset(path.split("/", 1)[0] for path in (changed + unknown).split("\0") if "/" in path)


def _known_at(folder: Path, revision: str) -> frozenset[str]:
    """The migrations that a git revision holds."""
    listed = _git(folder, "ls-tree", "-z", "--name-only", "--end-of-options", revision, "./")
    return frozenset(listed.split("\0"))


_HOOKS = ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_PREFIX")
"""What git says to its hooks, with paths that are wrong from a folder below."""


def _git(folder: Path, *words: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name not in _HOOKS}
    try:
        done = subprocess.run(["git", *words], cwd=folder, env=environment, capture_output=True, check=False)
    except OSError as error:
        raise ConfigurationError(
            f"git cannot be run: {error.strerror}", help="install git, or choose migrations by --since NAME"
        ) from None
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip() or f"git ended with {done.returncode}"
        raise ConfigurationError(
            f"git does not know that revision: {said}",
            help="give one that is there; in CI, fetch the history of the base branch (fetch-depth: 0)",
        )
    return done.stdout.decode(errors="surrogateescape")


# ---- which databases -------------------------------------------------------------------------------------------------


def _providers(project: Project, history: History, provider: str | None) -> tuple[str, ...]:
    """The databases that a history is written for, or the one of them that was asked for."""
    written = history.lock.providers if history.lock is not None else _of_project(project)
    written = written or tuple(
        {name: None for each in history.migrations for name, _ in each.scripts if name}
    )
    if provider is not None and written and named(provider).name not in written:
        raise ConfigurationError(
            f"the history is written for {' and '.join(written)}, not for {provider}",
            help=f"give --provider {written[0]}",
        )
    if provider is None and not written and history.migrations:
        raise _unknown(str(project.migrations))
    return (named(provider).name,) if provider is not None else written


def _of_project(project: Project) -> tuple[str, ...]:
    if project.configuration.providers:
        return project.configuration.providers
    datasource = datasource_of(project)
    return (named(datasource.provider).name,) if datasource is not None and datasource.provider else ()


def _provider_of(project: Project, path: str, provider: str | None) -> str:
    """The database that a single script is for: as told, by its name, by a lock file near it, else the project's."""
    if provider is not None:
        return named(provider).name
    match = _NAMED.search(Path(path).name)
    if match is not None and match["provider"] in NAMES:
        return match["provider"]
    locks = [folder / LOCK_FILE for folder in Path(path).absolute().parents[:2]]
    near = next((lock_of(lock.read_text("utf-8")).providers for lock in locks if lock.is_file()), ())
    found = near or _of_project(project)
    if len(found) != 1:
        raise _unknown(path)
    return found[0]


def _unknown(path: str) -> ConfigurationError:
    return ConfigurationError(
        f"which database {path} is for is not known", help=f"give --provider {' or --provider '.join(NAMES)}"
    )


# ---- judging ---------------------------------------------------------------------------------------------------------


def _judge(
    project: Project,
    history: History,
    providers: Iterable[str],
    wanted: Mapping[str, frozenset[str] | None],
    settled: Collection[str] = (),
) -> Linted:
    """Judge migrations on each database. `wanted`: their names, and the providers whose scripts are meant (None: all).

    `settled`: those behind which the wanted ones will be applied, whatever their names.
    """
    sources: list[Source] = []
    findings: list[Diagnostic] = []
    for provider in providers:
        texts = {each.name: _source(project, each, provider) for each in history.migrations}
        meant = [
            texts[name]
            for name, only in wanted.items()
            if name in texts and (only is None or provider in only)
        ]
        new = [name for name in wanted if name not in settled]
        late = late_beside(history, new, settled, named(provider))
        findings += lint(
            list(texts.values()),
            named(provider),
            _levels(project),
            {each.path for each in meant},
            {texts[each.name].path: each for each in late if each.clashes},
        )
        sources += meant
    return Linted(tuple(dict.fromkeys(sources)), tuple(dict.fromkeys(findings)), providers=tuple(providers))


def _judge_own(project: Project, files: Sequence[Path], provider: str | None) -> Linted:
    history = read_history(project.migrations)
    wanted: dict[str, frozenset[str] | None] = {}
    for file in files:
        name = file.resolve().parent.name
        match = _NAMED.search(file.name)
        if match is None:
            wanted[name] = None
        else:
            wanted[name] = (wanted.get(name) or frozenset()) | {match["provider"]}
    return _judge(project, history, _providers(project, history, provider), wanted)


def _source(project: Project, migration: Migration, provider: str) -> Source:
    """A migration's script for a database, and where it stands."""
    own = provider in dict(migration.scripts)
    file = project.migrations / migration.name / script_file(provider, portable=own)
    return Source(shown(file), migration.script(provider))


def _scripts_at(path: Path) -> list[Path]:
    if path.is_dir():
        found = sorted(path.rglob("*.sql"))
        if found:
            return found
    elif path.is_file():
        return [path]
    raise ConfigurationError(
        f"there is no SQL at {path}", help="name a .sql file, or a folder that holds some"
    )


def _read(path: Path) -> Source:
    try:
        return Source(shown(path), path.read_bytes().decode("utf-8"))
    except UnicodeDecodeError:
        raise ConfigurationError(f"{path} is not UTF-8 text", help="save the file as UTF-8") from None
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from None


def _levels(project: Project) -> Mapping[str, Level]:
    return project.configuration.lint
