"""What writes generated clients: options, names that Python needs for itself, and every schema of the corpus."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import nicol.client
from nicol.client.client import Client
from nicol.client.client_async import AsyncClient
from nicol.client.codegen import read_options, render_package
from nicol.client.delegate import READS, WRITES
from nicol.client.names import CLIENT_WORDS, RECORD_WORDS, attribute_name, delegate_name, member_name
from nicol.client.record import Record
from nicol.diagnostics import Source
from nicol.errors import GenerationFailed
from nicol.query.read import OPERATIONS as READ_OPERATIONS
from nicol.schema.parse import parse
from nicol.schema.resolve import resolve
from nicol.schema.schema import Generator
from tests.contract.generated import import_package, schema_of, write_package

ROOT = Path(__file__).parents[2]
CONTRACT = ROOT / "tests/contract/schema.prisma"
CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "schemas"
GENERATOR = Generator("client", "nicol", (("output", "db"),))

# ---- options ---------------------------------------------------------------------------------------------------------

WRONG_OPTIONS: list[tuple[tuple[tuple[str, str | tuple[str, ...]], ...], str]] = [
    ((), "generator client does not say where its package goes\n  help: add a line such as output ="),
    ((("output", ""),), "does not say where its package goes"),
    ((("output", "db"), ("ouptut", "x")), "has an unknown option: ouptut\n  help: did you mean output?"),
    ((("output", "db"), ("zzz", "x")), "has an unknown option: zzz\n  help: the options are output, models"),
    ((("output", "db"), ("models", "attrs")), "cannot write models = 'attrs'"),
]


@pytest.mark.proves("Client", "wrong generator options are errors with a way out")
def test_wrong_options_are_errors_with_a_way_out() -> None:
    for options, expected in WRONG_OPTIONS:
        with pytest.raises(GenerationFailed) as error:
            render_package(schema_of("model A {\n  id Int @id\n}"), Generator("client", "nicol", options))
        assert expected in str(error.value)
    assert read_options(GENERATOR).output == "db"


def test_what_the_database_generates_is_no_input() -> None:
    schema = schema_of('model A {\n  id Int @id\n  b Int\n  c Int /// @nicol.generated("b + 1")\n}')
    types = str(render_package(schema, GENERATOR)["types.pyi"])
    inputs = {block.partition("(")[0]: block for block in types.split("class ")[1:]}
    written = "".join(inputs[name] for name in inputs if "Create" in name or "Update" in name)
    assert "    b: " in written
    assert "    c: " not in written
    assert "    c: " in inputs["AWhereInput"]


# ---- names -----------------------------------------------------------------------------------------------------------

DELEGATES = {
    "User": "user",
    "DashboardFact": "dashboard_fact",
    "HTTPServer": "http_server",
    "ApiKeyV2": "api_key_v2",
    "Acme_UserTable": "acme_user_table",
    "snake_case": "snake_case",
    "Import": "import_",
    "Tx": "tx_",
    "QueryRaw": "query_raw_",
}


def test_delegates_are_named_in_snake_case() -> None:
    assert {name: delegate_name(name) for name in DELEGATES} == DELEGATES
    assert [attribute_name(name) for name in ("id", "from", "model_dump")] == ["id", "from_", "model_dump_"]
    assert [member_name(name) for name in ("ADMIN", "None", "mro")] == ["ADMIN", "None_", "mro_"]


def test_taken_words_are_exactly_the_public_names_of_clients_and_records() -> None:
    def public(cls: type[Any]) -> set[str]:
        return {name for name in dir(cls) if not name.startswith("_")}

    assert public(Client) == public(AsyncClient) == CLIENT_WORDS
    assert public(Record) == RECORD_WORDS


def test_delegates_have_every_operation_that_queries_know() -> None:
    assert {*READS, *WRITES, "stream"} == set(READ_OPERATIONS)


def test_the_stub_of_the_delegates_is_the_one_that_is_written() -> None:
    written = subprocess.run([sys.executable, ROOT / "tools" / "delegates.py", "--check"], cwd=ROOT)
    assert written.returncode == 0, (
        "run `python tools/delegates.py`: delegate.pyi is written from tools/operations.pyi"
    )


def test_every_name_of_the_runtime_can_be_imported() -> None:
    for name in (
        "AsyncClient",
        "AsyncDelegate",
        "Client",
        "Delegate",
        "JsonNull",
        "Rule",
        "Scope",
        "LogEvent",
        "QueryEvent",
        "Record",
    ):
        assert getattr(nicol.client, name) is not None
    with pytest.raises(AttributeError, match="Nothing"):
        nicol.client.Nothing  # noqa: B018


CLASHES = {
    "model UserName {\n  id Int @id\n}\nmodel User_Name {\n  id Int @id\n}": "the models UserName and User_Name would share "
    "the delegate user_name in Python",
    "model A {\n  from Int @id\n  from_ Int\n}": "the fields of A from and from_ would share the attribute from_ in Python",
}


def test_names_that_would_be_one_in_python_are_errors() -> None:
    for text, expected in CLASHES.items():
        with pytest.raises(GenerationFailed) as error:
            render_package(schema_of(text), GENERATOR)
        assert expected in str(error.value)
        assert "@map" in str(error.value)


@pytest.mark.proves("Client", "models and fields may be named with Python's words")
def test_models_and_fields_may_be_named_with_pythons_words(tmp_path: Path) -> None:
    text = """
    enum Class {
      None
      title
    }

    model Client {
      from   Int    @id
      class  Class
      str    String
      models models?
    }

    model models {
      id       Int    @id
      clientId Int    @unique
      Client   Client @relation(fields: [clientId], references: [from])
    }
    """
    write_package(schema_of(text), tmp_path, "words_db", portable=True)
    package = import_package(tmp_path, "words_db")
    record = package.models.Client(from_=1, class_=package.Class.None_, str="x")
    assert record.model_dump(mode="json") == {"from": 1, "class": "None", "str": "x", "models": None}
    assert package.models.Client.model_validate(record.model_dump()) == record
    assert package.types.ClientWhereInput is not None
    assert package.Client is not package.models.Client
    assert package.models.models(id=1, clientId=1, Client=record).Client is record


# ---- texts -----------------------------------------------------------------------------------------------------------


def test_hidden_things_are_not_shown() -> None:
    text = """
    model A {
      id     Int    @id
      secret String @ignore
      odd    Unsupported("circle")?
      b      B?     @ignore
    }

    model B {
      id  Int @id
      aId Int @unique
      a   A   @relation(fields: [aId], references: [id])

      @@ignore
    }
    """
    files = render_package(schema_of(text), GENERATOR)
    for name in ("__init__.pyi", "delegates.pyi", "models.pyi", "types.pyi"):
        content = str(files[name])
        assert "secret" not in content
        assert "odd" not in content
        assert "aId" not in content


def test_comments_of_the_schema_are_docstrings() -> None:
    text = '/// Says "no".\n/// Twice.\nmodel A {\n  /// A \\ key\n  id Int @id\n}\n/// E.\nenum E {\n  /// X.\n  X\n}'
    files = render_package(schema_of(text), GENERATOR)
    assert '"""Says "no".\n    Twice.\n    """' in str(files["models.pyi"])
    assert '    id: int\n    """A \\\\ key"""' in str(files["models.pyi"])
    assert 'class E(_StrEnum):\n    """E."""\n    X = "X"\n    """X."""' in str(files["enums.pyi"])


def test_no_alias_of_the_stub_leads_back_to_itself() -> None:
    """mypy follows every way that leads an alias back to itself: more of them than it ends with, in a dense schema."""
    stub = ast.parse(str(render_package(schema_of(CONTRACT.read_text("utf-8")), GENERATOR)["types.pyi"]))
    leads_to = {
        _defined(each): {name.id for name in ast.walk(each) if isinstance(name, ast.Name)} - {_defined(each)}
        for each in stub.body
        if isinstance(each, ast.ClassDef | ast.Assign | ast.AnnAssign)
    }
    aliases = [_defined(each) for each in stub.body if isinstance(each, ast.AnnAssign)]
    assert len(aliases) > 50
    assert [name for name in aliases if name in _reached(leads_to[name], leads_to)] == []


def _defined(statement: ast.stmt) -> str:
    match statement:
        case ast.ClassDef(name=name):
            return name
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
            return name
        case _:
            raise AssertionError(ast.unparse(statement))


def _reached(names: set[str], leads_to: dict[str, set[str]]) -> set[str]:
    """All names that some lead to, themselves included."""
    found: set[str] = set()
    waiting = names
    while waiting:
        found |= waiting
        waiting = {far for name in waiting for far in leads_to.get(name, ())} - found
    return found


def test_generation_is_repeatable() -> None:
    schema = schema_of("model A {\n  id Int @id\n}")
    assert render_package(schema, GENERATOR) == render_package(schema, GENERATOR)


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of schemas is not here")
@pytest.mark.proves("Client", "clients of every schema of the corpus are written as valid Python")
def test_clients_of_the_corpus_are_valid_python() -> None:
    for path in sorted(CORPUS.glob("*__1.prisma")):
        if path.stat().st_size > 100_000:
            continue  # thousands of models of the same kind: minutes without news
        document = parse(Source(path.name, path.read_text("utf-8")))
        schema = resolve((document.value,), None).value
        for name, content in render_package(schema, GENERATOR).items():
            if name.endswith((".py", ".pyi")):
                compile(content, f"{path.name}/{name}", "exec")


LATER = (
    "nicol.diagnostics",
    "nicol.schema",
    "nicol.query",
    "nicol.drivers",
    "difflib",
    "pathlib",
    "asyncio",
    "apsw",
)


def test_a_client_is_imported_without_what_only_its_calls_need(tmp_path: Path) -> None:
    write_package(
        schema_of((Path(__file__).parents[1] / "contract/views.prisma").read_text("utf-8")),
        tmp_path,
        "early_db",
        portable=True,
    )
    script = f"import sys\nfrom early_db import Client\nprint(sorted({{*{LATER}}} & set(sys.modules)))"
    said = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert said.stdout == "[]\n"
