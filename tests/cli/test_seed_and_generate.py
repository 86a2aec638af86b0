"""Seeds in processes of their own, scripts, and clients written to disk."""

from __future__ import annotations

import pytest

from nicol.drivers import open_database
from nicol.sql.program import rows

from .conftest import SCHEMA, Shop

pytestmark = pytest.mark.slow

GENERATOR = """
generator client {
  provider = "nicol"
  output   = "src/shop_db"
}
"""


def emails(shop: Shop) -> list[str]:
    with open_database(shop.url or "") as database:
        return [email for (email,) in database.run(rows('SELECT email FROM "User" ORDER BY id'), write=False)]


def configure(shop: Shop, seed: str) -> None:
    shop.write("nicol.toml", f"providers = ['sqlite', 'postgresql']\nseed = '{seed}'\n")


@pytest.mark.proves("Command line", "db seed runs a command without a shell, with the URL and its arguments")
def test_a_seed_command_gets_the_url_and_its_arguments(shop: Shop, sqlite_url: str) -> None:
    configure(shop, 'python seed.py $HOME "two words"')
    shop.write(".env", "FROM_FILE=yes\n")
    shop.write(
        "seed.py",
        "import os, sys\nprint(sys.argv[1:], os.environ['DATABASE_URL'], os.environ['FROM_FILE'])\n"
        "print('x', file=sys.stderr)\n",
    )
    answer = shop.on(sqlite_url).run("db", "seed", "--", "--more", "a b")
    assert f"['$HOME', 'two words', '--more', 'a b'] {sqlite_url} yes" in answer.out
    assert answer.err == "x\n"


@pytest.mark.proves("Command line", "a seed that fails is one message with its own words")
@pytest.mark.parametrize(
    ("seed", "message"),
    [
        ("python fail.py", "failed (exit code 3):\n  it is broken"),
        ("python killed.py", "ended by signal 9"),
        ("no-such-program at-all", "the seed cannot be started: no-such-program"),
        ('python "unclosed', "is not a command"),
        ("fail:main", "ValueError: half way"),
        ("fail:nothing", "AttributeError"),
        ("nowhere:main", "No module named"),
        ("fail:strange", "a seed function takes nothing, or one client"),
    ],
)
def test_a_failing_seed_is_told_in_its_own_words(
    shop: Shop, sqlite_url: str, seed: str, message: str
) -> None:
    configure(shop, seed)
    shop.write("killed.py", "import os\nos.kill(os.getpid(), 9)\n")
    shop.write(
        "fail.py",
        "import sys\ndef main():\n    raise ValueError('half way')\ndef strange(a, b): ...\n"
        "if __name__ == '__main__':\n    sys.exit('it is broken' and print('it is broken', file=sys.stderr) or 3)\n",
    )
    answer = shop.on(sqlite_url).run("db", "seed", code=1)
    assert message in answer.err


def test_a_long_traceback_begins_with_the_line_of_the_seed(shop: Shop, sqlite_url: str) -> None:
    configure(shop, "python deep.py")
    calls = "\n".join(f"def f{n}(): f{n + 1}()" for n in range(20))
    shop.write("deep.py", f"{calls}\ndef f20(): raise ValueError('below')\nf0()  # here\n")
    said = shop.on(sqlite_url).run("db", "seed", code=1).err
    assert "f0()  # here" in said
    assert "ValueError: below" in said
    assert "in f8" not in said


def test_a_missing_seed_is_told(shop: Shop, sqlite_url: str) -> None:
    assert "no seed is configured" in shop.on(sqlite_url).run("db", "seed", code=1).err


@pytest.mark.proves("Command line", "a seed function with a client runs in one transaction")
@pytest.mark.parametrize("kind", ["blocking", "awaiting"])
def test_a_seed_function_runs_in_one_transaction(shop: Shop, database_url: str, kind: str) -> None:
    shop.schema(GENERATOR + SCHEMA)
    here = shop.on(database_url)
    here.run("generate")
    here.run("db", "push")
    lead, wait, client = ("", "", "Client") if kind == "blocking" else ("async ", "await ", "AsyncClient")
    shop.write(
        "seeds.py",
        f"""
import os
from shop_db import {client}

{lead}def main(db: {client}) -> None:
    {wait}db.user.create(data={{"email": "a@x.org"}})
    if "FAIL" in os.environ:
        raise RuntimeError("half way")
    {wait}db.user.create(data={{"email": "b@x.org"}})
""",
    )
    configure(shop, "seeds:main")
    shop.environment["FAIL"] = "1"
    assert "RuntimeError: half way" in here.run("db", "seed", code=1).err
    assert emails(here) == []
    del shop.environment["FAIL"]
    here.run("db", "seed")
    assert emails(here) == ["a@x.org", "b@x.org"]


@pytest.mark.slow
@pytest.mark.parametrize("lead", ["", "async "], ids=["blocking", "awaiting"])
def test_a_seed_may_take_longer_than_other_transactions(shop: Shop, sqlite_url: str, lead: str) -> None:
    shop.schema(GENERATOR + SCHEMA)
    here = shop.on(sqlite_url)
    here.run("generate")
    here.run("db", "push")
    wait, client = ("await ", "AsyncClient") if lead else ("", "Client")
    shop.write(
        "seeds.py",
        f"""
import time
from shop_db import {client}

{lead}def main(db: {client}) -> None:
    time.sleep(5.5)
    {wait}db.user.create(data={{"email": "a@x.org"}})
""",
    )
    configure(shop, "seeds:main")
    here.run("db", "seed")
    assert emails(here) == ["a@x.org"]


@pytest.mark.proves("Command line", "generate writes only what changed and removes only its own")
def test_generating_again_writes_nothing(shop: Shop) -> None:
    assert "no generator block" in shop.run("generate", code=1).err
    shop.schema(GENERATOR + SCHEMA)
    shop.run("generate")
    package = shop.root / "src" / "shop_db"
    times = {path: path.stat().st_mtime_ns for path in package.iterdir()}
    assert "up to date" in shop.run("generate").out
    assert {path: path.stat().st_mtime_ns for path in package.iterdir()} == times
    stale, theirs = package / "old.py", package / "notes.py"
    stale.write_text((package / "models.py").read_text())
    theirs.write_text("# mine\n")
    assert "1 removed" in shop.run("generate").out
    assert (stale.exists(), theirs.exists()) == (False, True)
    (package / "models.py").write_text("# mine\n")
    assert "was not written by Nicol" in shop.run("generate", code=1).err
    assert (package / "models.py").read_text() == "# mine\n"


def test_generators_of_others_are_skipped(shop: Shop) -> None:
    shop.schema('generator js {\n  provider = "prisma-client-js"\n}\n' + GENERATOR + SCHEMA)
    assert "Skipped js" in shop.run("generate").out


@pytest.mark.proves("Command line", "db execute runs a script as a whole or not at all")
def test_a_script_runs_whole_or_not_at_all(living_shop: Shop) -> None:
    living_shop.run("db", "push")
    insert = 'INSERT INTO "User" ("email") VALUES (\'{}\');'
    living_shop.write("bad.sql", insert.format("a") + insert.format("a"))
    assert "refused" in living_shop.run("db", "execute", "--file", "bad.sql", code=1).err
    assert emails(living_shop) == []
    living_shop.write("good.sql", insert.format("a") + insert.format("b"))
    with (living_shop.root / "good.sql").open() as script:
        living_shop.run("db", "execute", "--stdin", stdin=script.fileno())
    assert emails(living_shop) == ["a", "b"]


@pytest.mark.proves("Command line", "db push follows the schema, and asks before it loses data")
def test_push_follows_the_schema(living_shop: Shop) -> None:
    assert "now matches" in living_shop.run("db", "push").out
    assert "already matches" in living_shop.run("db", "push").out
    living_shop.write("row.sql", 'INSERT INTO "User" ("email", "name") VALUES (\'a\', \'A\');')
    living_shop.run("db", "execute", "--file", "row.sql")
    living_shop.schema(SCHEMA.replace("  name  String?\n", "  age   Int?\n"))
    assert "--accept-data-loss" in living_shop.run("db", "push", code=1).err
    living_shop.run("db", "push", "--accept-data-loss")
    living_shop.run("migrate", "diff", "--from", "config-datasource", "--to", "schema", "--exit-code")
    assert emails(living_shop) == ["a"]
    living_shop.run("db", "push", "--force-reset", "--accept-data-loss")
    assert emails(living_shop) == []


@pytest.mark.proves("Schema", "bare annotations belong to whom the configuration says")
def test_the_configuration_says_whose_a_bare_word_is(shop: Shop) -> None:
    shop.write(
        "schema.prisma", SCHEMA + "model Key {\n  id Int @id\n  token String? /// @encrypted\n}\n" + GENERATOR
    )
    assert "@encrypted does nothing" in shop.run("validate").err
    shop.write("nicol.toml", '[annotations]\nencrypted = "prisma-field-encryption"\n')
    assert "encrypted" not in shop.run("validate").err
    shop.run("generate")
    assert "Sealed" not in (shop.root / "src" / "shop_db" / "types.pyi").read_text()
    shop.write("nicol.toml", '[annotations]\nencrypted = "nicol"\n')
    shop.run("generate")
    assert "token: NullableSealedWhere" in (shop.root / "src" / "shop_db" / "types.pyi").read_text()
