"""The differential campaign: mutants of real schemas, their verdict and formatting by Nicol and by Prisma's own engines."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from campaigns import corpus, oracle
from campaigns.oracle import Oracle
from campaigns.schema.answers import UNSTABLE, Answer, answer, differences
from campaigns.schema.explained import reason_for
from campaigns.schema.mutants import Base, for_provider, mutant, provider_of, without_urls
from campaigns.schema.shrink import shrink
from campaigns.schema.vocabulary import PROVIDERS

VERDICTS, FORMATTINGS = 99.5, 99.9
"""The agreement that is promised, in percent."""

_FULL_SIZE = 3_000
"""Texts up to so many characters are mutated as often as any; longer ones in proportion less often."""
_SMALL = 15_000
"""Texts up to so many characters are asked about with every provider; longer ones as they are."""
_LARGEST = 200_000
"""Longer texts are asked about as they are, and not mutated."""
_CHUNK = 50


@dataclass
class Tally:
    """What is counted in a run."""

    asked: int = 0
    crashed: int = 0
    valid: int = 0
    unstable: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    formattings: Counter[str] = field(default_factory=Counter)
    invalid_alike: int = 0
    examples: dict[str, str] = field(default_factory=dict)

    def add(self, text: str, given: Answer) -> None:
        """Count one answer; the shortest text of each class is its example."""
        if given.unstable:
            self._note(self.unstable, UNSTABLE, text)
        if given.valid is None:
            self.crashed += 1
            return
        self.asked += 1
        self.valid += given.valid
        self.invalid_alike += bool(given.invalid_formatted_alike)
        if given.fault:
            self._note(self.faults, given.fault, text)
        if given.formatting:
            self._note(self.formattings, given.formatting, text)

    def _note(self, counter: Counter[str], name: str, text: str) -> None:
        counter[name] += 1
        if name not in self.examples or len(text) < len(self.examples[name]):
            self.examples[name] = text

    def merge(self, other: Tally) -> None:
        """Add another tally."""
        self.asked += other.asked
        self.crashed += other.crashed
        self.valid += other.valid
        self.invalid_alike += other.invalid_alike
        self.unstable += other.unstable
        self.faults += other.faults
        self.formattings += other.formattings
        for name, text in other.examples.items():
            if name not in self.examples or len(text) < len(self.examples[name]):
                self.examples[name] = text


# ---- asking ----------------------------------------------------------------------------------------------------------


def bases(judge: Oracle, largest: int = _LARGEST, *, own: bool = True) -> list[Base]:
    """The texts that mutants are made of: valid ones, each for all providers for which it is."""
    found: list[Base] = []
    for name, text in corpus.schemas(own=own).items():
        if len(text) <= largest:
            plain = without_urls(text)
            found.extend(each for each in _variants(name, plain) if judge.validate(each.text).error is None)
    return found


def _variants(name: str, text: str) -> Iterator[Base]:
    own = provider_of(text)
    for provider in PROVIDERS:
        if provider == own:
            yield Base(name, provider, text)
        else:
            yield Base(f"{name} for {provider}", provider, for_provider(text, provider))


def originals(*, own: bool = True) -> list[str]:
    """All texts as they are, and with every other provider: they are asked about once."""
    return [
        version
        for text in map(without_urls, corpus.schemas(own=own).values())
        for version in dict.fromkeys((text, *(for_provider(text, provider) for provider in PROVIDERS)))
        if len(text) <= _SMALL or version is text
    ]


def text_of(number: int, seed: int, starts: Sequence[Base], weights: Sequence[float]) -> str:
    """The mutant of that number: the same for the same seed and the same corpus."""
    chance = Random(f"{seed}:{number}")
    return mutant(chance.choices(starts, weights)[0], chance)


def weights_of(starts: Sequence[Base]) -> list[float]:
    """How often each base is chosen: small ones say more for the time they take."""
    return [min(1.0, _FULL_SIZE / (len(base.text) + 1)) for base in starts]


@dataclass(frozen=True, slots=True)
class _Setup:
    home: Path
    seed: int
    starts: Sequence[Base]


_worker: dict[str, Oracle | _Setup | list[float]] = {}


def _begin(setup: _Setup) -> None:
    _worker.update(setup=setup, judge=Oracle(setup.home), weights=weights_of(setup.starts))


def _ask(numbers: range) -> Tally:
    setup, judge, weights = _worker["setup"], _worker["judge"], _worker["weights"]
    assert isinstance(setup, _Setup)
    assert isinstance(judge, Oracle)
    assert isinstance(weights, list)
    tally = Tally()
    for number in numbers:
        text = text_of(number, setup.seed, setup.starts, weights)
        tally.add(text, answer(text, judge))
    return tally


def run(
    mutants: int,
    seed: int,
    home: Path,
    jobs: int,
    *,
    quiet: bool = False,
    largest: int = _LARGEST,
    own: bool = True,
) -> Tally:
    """Ask about all originals and so many mutants of them; `own`: of the schemas of the tests, too."""
    judge = Oracle(home)
    total = Tally()
    try:
        starts = bases(judge, largest, own=own)
        for text in originals(own=own) if largest >= _LARGEST else ():
            total.add(text, answer(text, judge))
    finally:
        judge.close()
    chunks = [range(at, min(at + _CHUNK, mutants)) for at in range(0, mutants, _CHUNK)]
    started = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(jobs, _begin, (_Setup(home, seed, starts),)) as pool:
        for done, tally in enumerate(pool.imap_unordered(_ask, chunks), 1):
            total.merge(tally)
            if not quiet and sys.stderr.isatty():
                print(
                    f"\r{done * _CHUNK} of {mutants}, {time.monotonic() - started:.0f} s",
                    end="",
                    file=sys.stderr,
                )
    return total


# ---- telling ---------------------------------------------------------------------------------------------------------


def agreement(faults: Counter[str], asked: int, *, explained: bool) -> float:
    """The share of answers that agree, in percent; explained disagreements count as agreement where that is asked for."""
    wrong = sum(count for name, count in faults.items() if not (explained and reason_for(name)))
    return 100 * (1 - wrong / asked) if asked else 100.0


def _alike(what: str, faults: Counter[str], asked: int) -> str:
    plain, lenient = (agreement(faults, asked, explained=explained) for explained in (False, True))
    return f"{what} alike: {plain:.3f} %, without explained classes {lenient:.3f} %"


def figures(tally: Tally) -> str:
    """The run in a few lines."""
    lines = [
        f"{tally.asked:,} texts judged, {tally.valid:,} valid; the judge crashed on {tally.crashed:,}",
        _alike("verdicts", tally.faults, tally.asked),
        _alike("valid texts formatted", tally.formattings, tally.valid),
        f"invalid texts formatted alike: {100 * tally.invalid_alike / max(1, tally.asked - tally.valid):.3f} %",
        f"formatting twice is formatting once: all but {sum(tally.unstable.values())}",
    ]
    return "\n".join(lines)


def classes(tally: Tally, judge: Oracle | None) -> Iterator[str]:
    """Every class of difference, the frequent first, with its smallest example where there is a judge of that."""
    for counter in (tally.faults, tally.formattings, tally.unstable):
        for name, count in counter.most_common():
            reason = reason_for(name)
            lines = [f"\n## {count} × {name}", *([f"explained: {reason}"] if reason else [])]
            if judge and not reason:
                lines += ["```prisma", smallest(name, tally.examples[name], judge), "```"]
            yield "\n".join(lines)


def smallest(name: str, text: str, judge: Oracle) -> str:
    """An example of a class, shrunk for as long as it is one."""

    def still(shorter: str) -> bool:
        return name in differences(shorter, judge, formatting=name.startswith("formatting"))

    return shrink(text, still).strip("\n")


def holds(tally: Tally) -> bool:
    """True when the promised agreement is reached."""
    return (
        agreement(tally.faults, tally.asked, explained=True) >= VERDICTS
        and agreement(tally.formattings, tally.valid, explained=True) >= FORMATTINGS
        and not tally.unstable
    )


def main(arguments: Sequence[str]) -> int:
    """Run the campaign and print its report; 1 when the promised agreement is missed."""
    parser = argparse.ArgumentParser(prog="python -m campaigns schema", description=__doc__)
    parser.add_argument("--mutants", type=int, default=20_000, help="how many (20,000)")
    parser.add_argument("--seed", type=int, default=1, help="which ones (1)")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="how many at a time (one per core)"
    )
    parser.add_argument(
        "--no-examples", action="store_true", help="leave out the smallest example of each class"
    )
    parser.add_argument(
        "--own", action="store_true", help="mutate the schemas of the tests, too, which are made of corners"
    )
    given = parser.parse_args(arguments)
    home = oracle.folder()
    if home is None:
        print(oracle.absence())
        return 0
    tally = run(given.mutants, given.seed, home, given.jobs, own=given.own)
    print(figures(tally), flush=True)
    judge = None if given.no_examples else Oracle(home)
    for each in classes(tally, judge):
        print(each, flush=True)
    if judge:
        judge.close()
    return 0 if holds(tally) else 1
