# The verbs of a working copy. Needs only Python 3.11 or newer, make and a network.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Stamps say which hash-pinned list was last installed, so that a second run starts at once.
BASE := $(VENV)/.installed-base
RUNTIME := $(VENV)/.installed-runtime
DEV := $(VENV)/.installed-dev
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock" pyproject.toml --extra embedded
SOURCES := app questionnaires scoring guidance fhir_export migrations bench tests

.DEFAULT_GOAL := help
.PHONY: help run test check bench screenshots format lock
.DELETE_ON_ERROR:

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(RUNTIME) ## Start Vigie with its own PostgreSQL and a demo centre on 127.0.0.1:8000
	@exec $(BIN)/vigie run

test: $(DEV) ## Run every test on a PostgreSQL of its own, with the coverage gate
	@$(BIN)/python tests/browser/ensure_chromium.py
	@$(BIN)/python tests/browser/ensure_lforms.py
	$(BIN)/python -m pytest -n 2 --dist loadfile --cov --cov-report=term

check: $(DEV) ## Check format, lint, types, import contracts and every instrument
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/vigie check

bench: $(DEV) ## Measure submission, synthesis and scoring against the floor
	$(BIN)/python -m bench

screenshots: $(DEV) ## Take the pictures of docs/screenshots again, of the synthetic demonstration
	@$(BIN)/python tests/browser/ensure_chromium.py
	$(BIN)/python -m tests.browser.screenshots

format: $(DEV) ## Rewrite the code in the house's format
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

lock: $(DEV) ## Write the hash-pinned requirements again from pyproject.toml (UPGRADE=1: newest versions)
	$(LOCK) $(if $(UPGRADE),--upgrade) --group build --output-file requirements.txt
	$(LOCK) $(if $(UPGRADE),--upgrade) --group dev --constraint requirements.txt --output-file requirements-dev.txt

$(BASE):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Vigie needs Python 3.11 or newer, and '$(PYTHON)' is not: try make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "'$(PYTHON)' cannot make virtual environments: on Debian or Ubuntu, apt install python3-venv" >&2; exit 1; }
	@echo "Making the virtual environment $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --upgrade pip
	@touch $@

# The project itself is installed last, editable: its dependencies are already there, and its build uses the
# pinned setuptools instead of fetching one without a hash. setuptools warns about every editable installation.
INSTALL_PROJECT := PYTHONWARNINGS=ignore $(PIP) install --no-deps --no-build-isolation --editable .

$(RUNTIME): requirements.txt pyproject.toml | $(BASE)
	@echo "Installing the packages of requirements.txt (a minute the first time) ..."
	@$(PIP) install --require-hashes -r requirements.txt
	@$(INSTALL_PROJECT)
	@touch $@

$(DEV): requirements-dev.txt pyproject.toml | $(BASE)
	@echo "Installing the packages of requirements-dev.txt (two minutes the first time) ..."
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@$(INSTALL_PROJECT)
	@touch $@ $(RUNTIME)
