"""`.env` texts, and which value wins."""

from __future__ import annotations

from pathlib import Path

import pytest

from nicol.client.environment import parse_dotenv, read_environment


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A=1", {"A": "1"}),
        ("A = 1 ", {"A": "1"}),
        ("export A=1", {"A": "1"}),
        ("A=", {"A": ""}),
        ("# A=1", {}),
        ("=1\nA", {}),
        ("A=one two", {"A": "one two"}),
        ("A=one#two", {"A": "one#two"}),
        ("A=one # two", {"A": "one"}),
        ("A='one # two' # three", {"A": "one # two"}),
        ('A="one\\ntwo"', {"A": "one\ntwo"}),
        ('A="one\ntwo"\nB=3', {"A": "one\ntwo", "B": "3"}),
        ("A='one\\ntwo'", {"A": "one\\ntwo"}),
        ('A=`it\'s "so"`', {"A": 'it\'s "so"'}),
        ("A=1\r\nB=2\r\n", {"A": "1", "B": "2"}),
        ("A=1\nB=$A-${A}-${C:-3}-\\$A", {"A": "1", "B": "1-1-3-$A"}),
        ("B=${HOME_OF_TEST}", {"B": "from outside"}),
        ("A=1\nA=2", {"A": "2"}),
        ('URL="postgresql://u:p@h:5432/d?schema=public"', {"URL": "postgresql://u:p@h:5432/d?schema=public"}),
    ],
)
def test_a_dotenv_text_means_what_people_expect(text: str, expected: dict[str, str]) -> None:
    assert parse_dotenv(text, {"HOME_OF_TEST": "from outside"}) == expected


def test_the_environment_wins_over_files_and_earlier_files_over_later_ones(tmp_path: Path) -> None:
    (tmp_path / "prisma").mkdir()
    (tmp_path / ".env").write_text("A=root\nB=root\n")
    (tmp_path / "prisma" / ".env").write_text("A=prisma\nB=prisma\nC=prisma\n")
    environment = read_environment({"A": "process", "EMPTY": ""}, [tmp_path, tmp_path / "prisma", tmp_path])
    values = {name: variable.value for name in "ABC" if (variable := environment.get(name))}
    assert values == {"A": "process", "B": "root", "C": "prisma"}
    assert environment.get("EMPTY") is None
    assert environment.places == f"the environment and {tmp_path}/.env and {tmp_path}/prisma/.env"
