# Everything runs from the environment in .venv, which the first target to need it makes.

SAMPLES ?= 1000000
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
NEWEST_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c '$(NEWEST_ENOUGH)' >/dev/null 2>&1 && echo $$python && break; done)

.DEFAULT_GOAL := help
.PHONY: help setup demo test check race kill fhir format bench serve schema docs words clean

help: ## say what there is to make
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 14

setup: $(READY) ## make the environment; quick the second time

$(READY): pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; none was found." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet -e '.[postgres,serve]' --group dev
	@touch $@

demo: $(READY) ## open the app on a filled bank
	$(BIN)/biobank demo

test: $(READY) ## run the tests, on SQLite and on PostgreSQL
	$(BIN)/python -m pytest -n auto

check: $(READY) ## format, lint, types, import contracts, tests: what has to pass
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n auto

race: $(READY) ## let two processes reach for the same tubes 200 times
	BIOBANK_RACE_ROUNDS=200 $(BIN)/python -m pytest tests/faults/test_two_processes.py

kill: $(READY) ## kill whoever reserves, at any instant, 50 times
	BIOBANK_KILL_ROUNDS=50 $(BIN)/python -m pytest -rP tests/faults/test_killed_reserving.py

fhir: $(READY) ## hold 10,000 random samples of a generated bank against the published FHIR structure
	BIOBANK_FHIR_SAMPLES=10000 $(BIN)/python -m pytest tests/exchange/test_fhir.py

format: $(READY) ## put the code into its format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(READY) ## measure on a bank of SAMPLES samples (1000000 unless given)
	$(BIN)/python -m benchmarks --samples $(SAMPLES)

serve: $(READY) ## the app in a browser, on this machine only
	$(BIN)/biobank serve

schema: $(READY) ## write schema/*.sql and schema/tables anew from the models, the guards and the kinds of files
	$(BIN)/python -m biobank_tui.bank.ddl
	$(BIN)/python -m biobank_tui.exchange.contract

words: $(READY) ## take the sentences anew from the source and compile the translations
	$(BIN)/python -m languages

docs: $(READY) ## write the page of commands anew
	$(BIN)/python -m biobank_tui.cli.manual

clean: ## remove what can be made again
	rm -rf $(VENV) .bench dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests schema benchmarks docs -name __pycache__ -type d -prune -exec rm -rf {} +
