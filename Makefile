# Every way of working with this checkout. `make demo` and `make test` need Python 3.11 or newer, git and make; nothing else.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help demo demo-again test test-all lint types bench docs pictures client-data clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.venv/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "publisher needs Python 3.11 or newer; try: make PYTHON=python3.12 …")'
	@echo "setting up .venv (once; a minute or so)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

.venv/.dev: .venv/.installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: .venv/.installed  ## build the feeds of example/ and mail this week's issue into a local mailbox
	@$(BIN)/python example/demo.py

demo-again: .venv/.installed  ## the same, from the start
	@rm -rf .demo
	@$(BIN)/python example/demo.py

# Workers beyond the fourth have little left to do: each starts a PostgreSQL of its own.
PYTEST := $(BIN)/python -m pytest -n auto --maxprocesses 4

test: .venv/.dev  ## the tests
	@$(PYTEST)

test-all: .venv/.dev  ## the tests with the long sweeps
	@$(PYTEST) -m "slow or not slow"

lint: .venv/.dev  ## style, the floors between rooms, and the ten longest files and functions
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports
	@$(BIN)/python docs/longest.py

types: .venv/.dev  ## mypy --strict
	@$(BIN)/mypy

bench: .venv/.dev  ## speed, as ratios
	@$(BIN)/python -m bench

docs: .venv/.dev  ## write docs/commands.md, docs/settings.md and docs/rules.md from the program itself
	@$(BIN)/python docs/make_commands.py
	@$(BIN)/python docs/make_settings.py
	@$(BIN)/python docs/make_rules.py

pictures: .venv/.dev  ## screenshots of the digest, of the preview and of the pages about feeds (needs Chromium)
	@$(BIN)/python docs/make_pictures.py
	@$(BIN)/python -m docs.make_preview_picture
	@$(BIN)/python -m docs.make_feed_pictures

client-data: .venv/.dev  ## refresh what MJML allows and what mail clients can do (needs npm and the network)
	@$(BIN)/python docs/make_client_data.py

clean:  ## remove everything that was made here
	rm -rf .venv .bench .demo dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
