"""The rule book keeps its own rules: every one is a sentence, has a code of its own, and is seen at work in the corpus."""

from __future__ import annotations

import re

from nicol.schema.rules import RULES
from tests.corpus_runner import CORPUS


def test_every_rule_has_a_code_of_its_own_and_a_sentence():
    codes = [rule.code for rule in RULES]
    assert len(set(codes)) == len(codes)
    for rule in RULES:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.code)
        assert re.fullmatch(r"[^\n]+\.", rule.sentence), rule.sentence


def test_every_rule_is_seen_at_work_in_the_corpus():
    seen: set[str] = set()
    for path in (CORPUS / "schema").glob("*.prisma"):
        seen.update(re.findall(r"^//\| \w+\[([a-z-]+)\]", path.read_text(encoding="utf-8"), re.MULTILINE))
    for path in (CORPUS / "verdicts").glob("*.prisma"):
        for line in re.findall(r"^//\| .*", path.read_text(encoding="utf-8"), re.MULTILINE):
            seen.update(word.strip("()") for word in line.split()[3:])
    assert {rule.code for rule in RULES} - seen == set()
