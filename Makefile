# Everything that is done with this repository. `make` alone explains the targets.

PYTHON ?=
VENV   := .venv
BIN    := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest
export PYTHON

.DEFAULT_GOAL := help
.PHONY: help demo test quick check fix bench campaign-schema campaign-fuzz campaign-kills campaign-deployers campaign-backups campaign-moving campaign-timing campaign-canary campaign-migrations campaign-client campaign-writers campaign-cuts docs lock clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-19s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.demo ## Set up and serve all examples on SQLite; data stays in .demo/, Ctrl-C ends it
	@exec $(BIN)/python tools/demo.py

test: $(VENV)/.dev ## Set up and run the whole suite, on SQLite and on an embedded PostgreSQL
	@$(PYTEST) -n 2 $(ARGS)

quick: $(VENV)/.dev ## The tests that take milliseconds, in under two minutes; ARGS="tests/schema -x" narrows any test run
	@$(PYTEST) -n 2 -m "not slow and not browser" $(ARGS)

check: $(VENV)/.dev ## All that a change must pass: lint, format, types, import contracts, tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --no-logo
	$(BIN)/pyright
	$(BIN)/mypy
	@$(BIN)/python tools/mirror.py
	@$(MAKE) --no-print-directory test

fix: $(VENV)/.dev ## Mend what can be mended without thinking: lint and format
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(VENV)/.dev ## Measure, on both databases; ARGS="--quick client" for a part
	$(BIN)/python -m benchmarks $(ARGS)

campaign-schema: $(VENV)/.dev ## Compare 20,000 mutated schemas with Prisma's verdict and formatting (NICOL_ORACLE names the folder of its engines)
	@$(BIN)/python -m campaigns schema $(ARGS)

campaign-fuzz: $(VENV)/.dev ## Read and format 100,000 texts that nobody should write, and 10 MB of each of 38 kinds
	@$(BIN)/python -m campaigns fuzz $(ARGS)

campaign-writers: $(VENV)/.dev ## Let 32 writers, as threads, tasks and processes, increment one counter 1,000 times each on both databases
	@$(BIN)/python -m campaigns writers $(ARGS)

campaign-cuts: $(VENV)/.dev ## Cut the connection at every message of a transaction, and hold the client to what it said
	@$(BIN)/python -m campaigns cuts $(ARGS)

campaign-kills: $(VENV)/.dev ## Kill deployers before and after every statement of every kind of operation, on both databases
	@$(BIN)/python -m campaigns kills $(ARGS)

campaign-deployers: $(VENV)/.dev ## Start 8, 16 and 32 deployers at once, behind PgBouncer too, and stop the one that works
	@$(BIN)/python -m campaigns deployers $(ARGS)

campaign-backups: $(VENV)/.dev ## Take 100 backups of each database under writers and kills, restore each, and count
	@$(BIN)/python -m campaigns backups $(ARGS)

campaign-moving: $(VENV)/.dev ## Move a million rows from SQLite to PostgreSQL, killed twice on the way, with twenty bad ones
	@$(BIN)/python -m campaigns moving $(ARGS)

campaign-timing: $(VENV)/.dev ## Compare the times of refused calls to the endpoint of scheduled jobs, over HTTP
	@$(BIN)/python -m campaigns timing $(ARGS)

campaign-canary: $(VENV)/.dev ## Run the whole suite with planted secrets, and look for them in all that is printed, logged, raised, answered or left
	@$(PYTEST) -n 2 --canary $(ARGS)

campaign-migrations: $(VENV)/.dev ## Migrate 10,000 random pairs of schemas with rows on each kind of database; ARGS="--prisma" compares with Prisma's SQL
	@$(BIN)/python -m campaigns migrations $(ARGS)

campaign-client: $(VENV)/.dev ## Say 50,000 random calls to random schemas, on both databases, answered as plain Python answers them
	@$(BIN)/python -m campaigns client $(ARGS)

docs: $(VENV)/.dev ## Write the generated pages anew: command line, error codes, scorecard
	$(BIN)/python tools/reference.py
	$(PYTEST) -n 2 -q --scorecard

lock: $(VENV)/.dev ## Choose dependency versions anew and pin them with their hashes
	$(BIN)/python -m pip install --quiet uv
	sh tools/lock.sh $(BIN)/uv

clean: ## Remove all that make made: the environment, the demo and its data, caches
	rm -rf $(VENV) .demo .pytest_cache .ruff_cache .mypy_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.dev: requirements.lock pyproject.toml tools/environment.sh
	@sh tools/environment.sh $(VENV) requirements.lock
	@touch $@

$(VENV)/.demo: requirements-demo.lock pyproject.toml tools/environment.sh
	@sh tools/environment.sh $(VENV) requirements-demo.lock
	@touch $@
