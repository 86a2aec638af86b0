"""What a start costs: imports of the package, of a generated client, and the command line's help, each in a fresh process."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.harness import Call, measure, show
from benchmarks.stage import schema_of, write_client

CORPUS = Path(__file__).parent.parent.parent / "shared" / "corpus" / "schemas"
MODELS = 100

_MODEL = """
model Thing{n} {{
  id      Int       @id @default(autoincrement())
  name    String    @unique
  price   Decimal?
  made    DateTime  @default(now())
  data    Json?
  next    Thing{next} @relation("r{n}", fields: [nextId], references: [id])
  nextId  Int
  back    Thing{back}[] @relation("r{back}")
}}
"""


def main(*, quick: bool = False) -> None:
    """Measure, beside an empty Python."""
    with tempfile.TemporaryDirectory(prefix="nicol-bench-") as name:
        folder = Path(name)
        write_client(schema_of(_synthetic()), folder, "hundred")
        contenders: dict[str, Call] = {
            "python alone": _python("pass", folder),
            "import nicol.drivers": _python("import nicol.drivers", folder),
            "a client of 100 models": _python("from hundred import Client", folder),
            "nicol --help": _command("--help"),
        }
        if (largest := _largest(folder)) is not None:
            contenders[f"a client of {largest}"] = _python("from largest import Client", folder)
        timings = measure(contenders, rounds=3 if quick else 9)
    bare = timings[0].seconds
    lines = [
        [one.name, f"{one.seconds * 1e3:.0f} ms", f"{(one.seconds - bare) * 1e3:+.0f} ms"] for one in timings
    ]
    show("Starts", ("", "whole process", "above Python"), lines)


def _synthetic() -> str:
    models = (_MODEL.format(n=n, next=(n + 1) % MODELS, back=(n - 1) % MODELS) for n in range(MODELS))
    return 'datasource db {\n  provider = "sqlite"\n}\n' + "".join(models)


def _largest(folder: Path) -> str | None:
    """Write the client of the largest schema at hand that can be generated; its name, or None where there is none."""
    for path in sorted(CORPUS.glob("*.prisma"), key=lambda path: -path.stat().st_size):
        text = path.read_text()
        if 'provider = "mongodb"' in text or 'provider = "mysql"' in text:
            continue
        write_client(schema_of(text), folder, "largest")
        return f"{path.stem} ({text.count(chr(10) + 'model ')} models)"
    return None


def _python(code: str, folder: Path) -> Call:
    return lambda: subprocess.run([sys.executable, "-c", code], cwd=folder, check=True)


def _command(*arguments: str) -> Call:
    line = [str(Path(sys.executable).parent / "nicol"), *arguments]
    return lambda: subprocess.run(line, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
