# Every command of the project. `make` alone lists them.
SHELL := /bin/bash
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv pip install --quiet --python $(BIN)/python

.DEFAULT_GOAL := help
.PHONY: fuzz bench-understanding faults faults-selfcheck help install install-dev demo test lint browser lock eval bench clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/.built: requirements-build.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.11 ..."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "This Python cannot make environments. On Debian: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-build.lock
	@touch $@

$(VENV)/.installed: $(VENV)/.built requirements.lock pyproject.toml
	$(UV) --require-hashes -r requirements.lock
	$(UV) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.installed requirements-dev.lock
	$(UV) --require-hashes -r requirements-dev.lock
	@touch $@

install: $(VENV)/.installed ## make .venv with the `dealer` command in .venv/bin

install-dev: $(VENV)/.dev ## the same, with everything tests and lint need

demo: install ## a sample brand, its chat page and one address to open (PORT=8000)
	$(BIN)/dealer demo --host $(HOST) --port $(PORT)

test: install-dev ## all tests, on SQLite and on a throw-away PostgreSQL
	$(BIN)/python -m pytest -m "not browser" -n 2 --dist loadgroup

lint: install-dev ## formatting, house rules, import contracts, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/python -m tests.house
	$(BIN)/lint-imports
	$(BIN)/mypy

browser: install-dev ## browser tests in Debian's Chromium (installed if missing)
	@command -v chromium >/dev/null || { apt-get update -qq && apt-get install -y -qq chromium fonts-wqy-microhei >/dev/null; }
	$(BIN)/python -m pytest -m browser

FAULTS := KILLS=300 CRASHES=6 RACE_ROUNDS=300 CUTS=50 TROUBLE=11 RESTARTS=10 STOPS=10 PEOPLE=25 MACHINE_RUNS=100 MACHINE_RUNS_PG=30 MACHINE_STEPS=50
faults: install-dev ## killed, raced, cut off, filled up and restarted at length, on both databases (about 15 minutes)
	$(FAULTS) $(BIN)/python -m pytest tests/faults tests/core/db tests/core/audit tests/core/orders/test_races.py tests/core/claims tests/core/people tests/bot/test_backup.py tests/bot/test_invariants.py -n 2 --dist worksteal --timeout 900 --durations 20

faults-selfcheck: install-dev ## the tests tested: bugs planted in a copy, each caught by the test that names it (about 5 minutes)
	$(BIN)/python -m tests.faults.planted

eval: install-dev ## how well it understands: every evaluation set against its floors
	$(BIN)/python -m tests.eval.measure

fuzz: install-dev ## hostile texts, five minutes each way, over understanding and the whole turn
	$(BIN)/python -m tests.fuzz hypothesis --minutes 5
	@$(UV) --require-hashes -r tests/fuzz/requirements.lock || echo "atheris cannot be installed here: the fuzzer led by coverage is left out"
	@! $(BIN)/python -c "import atheris" 2>/dev/null || $(BIN)/python -m tests.fuzz coverage --minutes 5

bench-understanding: install-dev ## peers in an environment of their own, on the same rows (.venv-bench)
	@$(PYTHON) -m venv .venv-bench
	@$(BIN)/uv pip install --quiet --python .venv-bench/bin/python --require-hashes -r tests/eval/peers/requirements.lock || echo "a peer cannot be installed here: the table says which"
	$(BIN)/python -m tests.eval.peers .venv-bench/bin/python

bench: install-dev ## heavy proofs as ratios: imports against bare inserts
	$(BIN)/python -m tests.bench.imports

lock: $(VENV)/.built ## renew the hashed locks after a change of dependencies
	$(BIN)/uv pip compile --group pyproject.toml:build --universal --generate-hashes --no-emit-index-url -q -o requirements-build.lock
	$(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url -q -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-emit-index-url -q -o requirements-dev.lock
	$(BIN)/python -m tests.sbom

clean: ## forget the environment and local data
	rm -rf $(VENV) var
