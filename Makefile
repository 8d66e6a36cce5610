# Two commands on a fresh machine with Python 3.11 and make: `make demo`, `make test`. Both make .venv themselves.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
OUT ?= out/demo

.DEFAULT_GOAL := help
.PHONY: help demo test test-browser check docs golden clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

.venv/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "tehon needs Python 3.11 or newer; set PYTHON=")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[torch,demo,quant,deepspeed,ray,web,docs,dev]'
	@touch $@

demo: .venv/installed ## tune a real 268 M model on this machine and compare it with its base (about 6 minutes)
	$(BIN)/tehon demo --out $(OUT)

test: .venv/installed ## run every test, two files at a time
	$(BIN)/python -m pytest --quiet --numprocesses 2 --dist loadfile

test-browser: .venv/installed ## run the tests in a real browser, with Debian's chromium
	@command -v "$${TEHON_CHROMIUM:-chromium}" >/dev/null || apt-get install --yes --quiet chromium
	$(BIN)/python -m pytest --quiet tests/browser

check: .venv/installed ## run every linter
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell

docs: .venv/installed ## build the site of the documents into site/, and try what it shows
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict
	$(BIN)/python -m pytest --quiet tests/docs

golden: .venv/installed ## rewrite the golden files; review the difference before you commit it
	TEHON_REWRITE_GOLDEN=1 $(BIN)/python -m pytest --quiet tests

clean: ## remove the environment and what the demo wrote
	rm -rf .venv $(OUT) site
