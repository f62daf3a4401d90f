# Filigrane: the ways in.  `make help` lists them.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export FILIGRANE_CACHE ?= $(HOME)/.cache/filigrane
export PIP_CACHE_DIR ?= $(FILIGRANE_CACHE)/pip
export PIP_DISABLE_PIP_VERSION_CHECK := 1
PIP := $(BIN)/python -m pip --quiet

.DEFAULT_GOAL := help
.PHONY: help serve demo test check soak bench eval clean

help: ## say what each target does
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(VENV)/base: pyproject.toml requirements/no-deps.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --upgrade pip
	$(PIP) install --editable .
	$(PIP) install --no-deps --requirement requirements/no-deps.txt
	@touch $@

$(VENV)/check: $(VENV)/test
	$(PIP) install --editable '.[check]'
	@touch $@

$(VENV)/test: $(VENV)/base requirements/no-deps-torch.txt
	$(PIP) install --editable '.[test,torch,face]'
	$(PIP) install --no-deps --requirement requirements/no-deps-torch.txt
	@touch $@

$(VENV)/demo: $(VENV)/base
	$(PIP) install --editable '.[demo]'
	@touch $@

$(VENV)/models: $(VENV)/base safety/models/manifest.toml
	$(BIN)/filigrane models fetch
	@touch $@

serve: $(VENV)/base $(VENV)/models ## install what is missing and start everything
	$(BIN)/filigrane serve

demo: $(VENV)/demo $(VENV)/models ## fill a fresh home with sixty clips and every kind of outcome
	$(BIN)/filigrane demo

check: $(VENV)/check ## format, lint, types, floors
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

test: $(VENV)/test $(VENV)/models ## the whole suite
	$(BIN)/python -m pytest -n 2 --dist loadfile

soak: $(VENV)/test $(VENV)/models ## hours: new examples, longer contract runs, faults again and again
	FILIGRANE_SOAK=1 $(BIN)/python -m pytest -n 2 --dist load -m hypothesis
	FILIGRANE_SOAK=1 $(BIN)/python -m pytest tests/api/test_contract.py tests/api/test_burst.py
	for round in 1 2 3; do FILIGRANE_SOAK=1 $(BIN)/python -m pytest tests/api/test_faults.py tests/api/test_stages.py || exit 1; done

bench: $(VENV)/test $(VENV)/models ## figures, as ratios in one run
	$(BIN)/python -m eval.bench

eval: $(VENV)/base $(VENV)/models ## the system card, from FILIGRANE_EVAL_DATA into var/eval (ARGS=--full, AGAINST=report.json)
	@$(BIN)/filigrane eval run --out var/eval $(ARGS); ran=$$?; \
	$(BIN)/filigrane eval report --out var/eval $(if $(AGAINST),--against $(AGAINST)) && exit $$ran

clean: ## remove the environment, never the data under var/
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
