# Each target makes its own .venv first; python3 with pip and make is all it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev

.PHONY: report test verify-release torture cluster-test audit ui bench bench-ledger docs lock clean

report: $(RUNTIME)
	$(BIN)/tidebook build
	@echo "Open out/latest/report/index.html"

test: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest --ignore tests/reliability --numprocesses auto --dist loadfile
	$(BIN)/python -m pytest tests/reliability
	$(BIN)/dg check defs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	$(MAKE) --no-print-directory report

verify-release: $(RUNTIME)
	$(BIN)/tidebook build
	$(BIN)/tidebook verify
	$(BIN)/tidebook releases show

torture: $(DEV)
	TIDEBOOK_LONG=1 $(BIN)/python -m pytest tests/reliability -q

cluster-test: $(DEV)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --group cluster
	TIDEBOOK_CLUSTER=1 $(BIN)/python -m pytest tests/cluster

audit: $(DEV)
	$(BIN)/python .ci/audit.py requirements-dev.lock

ui: $(RUNTIME)
	$(BIN)/tidebook ui

bench: $(DEV)
	$(BIN)/python -m benchmarks

bench-ledger: $(DEV)
	$(BIN)/python -m benchmarks.ledger

docs: $(DEV)
	$(BIN)/python -m schemas.contracts
	$(BIN)/python -m schemas.dictionary > docs/data-dictionary.md
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

lock: $(RUNTIME)
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
		pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
		pyproject.toml --group dev -o requirements-dev.lock

$(VENV)/.made:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@touch $@

$(RUNTIME): $(VENV)/.made requirements.lock pyproject.toml
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

$(DEV): $(RUNTIME) requirements-dev.lock
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python -r requirements-dev.lock
	@touch $@

clean:
	rm -rf $(VENV) out site
