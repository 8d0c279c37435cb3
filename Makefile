# Each target makes its own .venv first; python3 with pip and make is all it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev
# Tests start hundreds of processes, which would compile all modules again where bytecode may not be kept.
PYTEST = env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest
CLUSTER := $(VENV)/.cluster
DOSSIERS = raw $(patsubst %/dossier.toml,%,$(wildcard examples/*/dossier.toml))
AUDIT := $(VENV)/audit
LOCKS ?= requirements.lock
SECRETS := tests/contract/test_secrets.py
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-strip-extras --fork-strategy fewest

.PHONY: report chromium plain-pip test style types graph reports site secrets postgres postgres-test cluster-test verify-release torture pythons contract-test standards versions axe audit release editor editor-code ui bench record mutation pages docs lock clean

report: $(RUNTIME)
	@echo "Building the sample report from raw/"
	@$(BIN)/tidebook build
	@echo "Open out/latest/report/index.html"

# A browser for the tests of the report, where one can be installed; without one they say so and are skipped.
chromium:
	@command -v chromium >/dev/null || (apt-get update -qq && apt-get install -y -qq chromium >/dev/null) \
	  || echo "no chromium here, and none can be installed: tests/browser will be skipped"

# Whether pip alone, without uv, takes each of the LOCKS by its hashes; nothing is installed.
plain-pip: $(VENV)/.made
	@$(PYTHON) -m venv $(VENV)/plain
	@for lock in $(LOCKS); do $(VENV)/plain/bin/python -m pip install --quiet --disable-pip-version-check --dry-run \
	  --require-hashes -r $$lock || exit 1; done

test: $(DEV)
	$(MAKE) --no-print-directory --jobs 2 types style graph site secrets
	$(PYTEST) --ignore tests/reliability --ignore $(SECRETS) --numprocesses 3 --dist loadfile --no-loadscope-reorder
	$(PYTEST) tests/reliability --numprocesses 3 --dist loadfile
	$(MAKE) --no-print-directory report

style: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

graph: $(DEV)
	$(BIN)/dg check defs

types: $(DEV)
	$(BIN)/mypy
	$(BIN)/lint-imports

secrets: $(DEV)
	$(PYTEST) $(SECRETS)

# The reports that the site shows; a dossier is built again where it or the code has changed.
reports: $(RUNTIME)
	@for dossier in $(DOSSIERS); do $(BIN)/tidebook build -q $$dossier --out $(VENV)/reports/$$(basename $$dossier) --print full || exit 1; done

# Not --quiet, which would hide broken links from --strict, too.
site: $(DEV) reports
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict 2> $(VENV)/site.log || { cat $(VENV)/site.log; exit 1; }

# A PostgreSQL for the tests of a deployment, where one can be installed; without one they say so and are skipped.
postgres:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null \
	  || (apt-get update -qq && apt-get install -y -qq postgresql) >/dev/null 2>&1 \
	  || echo "no PostgreSQL here, and none can be installed: tests/cluster/test_postgres.py will be skipped"

postgres-test: $(DEV)
	TIDEBOOK_CLUSTER=1 $(PYTEST) tests/cluster/test_postgres.py -rs

cluster-test: $(CLUSTER)
	TIDEBOOK_CLUSTER=1 $(PYTEST) tests/cluster

verify-release: $(RUNTIME)
	$(BIN)/tidebook build
	$(BIN)/tidebook verify
	$(BIN)/tidebook releases show

# All tests, each as long as it can be: `make test` takes a sample of those that build, serve or attack.
torture: $(DEV)
	TIDEBOOK_LONG=1 $(PYTEST) tests

# Whether all versions of Python that are here give the same bytes; `versions` also builds with the oldest and newest libraries.
pythons: $(DEV)
	TIDEBOOK_LONG=1 $(PYTEST) tests/reliability/test_versions.py -q -k every_python

versions: $(DEV)
	TIDEBOOK_LONG=1 $(PYTEST) tests/reliability/test_versions.py -q

# Whether everyone can read each page of each report, light and dark, wide and narrow: axe in chromium, offline.
axe: $(DEV)
	TIDEBOOK_LONG=1 $(PYTEST) tests/browser -k everyone -rs

# Whether a release keeps its data contract, by the tool of that standard.
contract-test: $(DEV)
	TIDEBOOK_LONG=1 $(PYTEST) tests/contract/test_standards.py -k keeps -rs

# What a release says of itself in ODCS and Croissant, checked by the tools of these standards.
standards: $(DEV)
	TIDEBOOK_LONG=1 $(PYTEST) tests/contract/test_standards.py -rs

audit: $(AUDIT)/.made
	$(AUDIT)/bin/python .ci/audit.py requirements-dev.lock requirements-deploy.lock

# Whether this checkout can be published as the version that pyproject.toml names: see docs/internals/versions.md. It sets no tag.
release: $(DEV)
	$(BIN)/python .ci/release.py

# The extension for VS Code: its types, its test against the server, and dist/tidebook.vsix; publishing is its owner's.
editor: $(DEV)
	@if command -v npm >/dev/null && (cd editors/vscode && npm ci --silent >/dev/null); \
	then cp LICENSE editors/vscode/ && cd editors/vscode && TIDEBOOK=$(abspath $(BIN))/tidebook npm test && npm run package; \
	else echo "no npm here, or no packages for it: the extension for VS Code is not built"; fi

# In VS Code itself, served by this machine and driven in Chromium: 600 MB of packages, so not a part of CI.
editor-code: editor
	cd editors/vscode/test/code && FORCE_NODE_VERSION=$$(node -p 'process.versions.node.split(".")[0]') npm ci --silent
	cd editors/vscode/test/code && TIDEBOOK=$(abspath $(BIN))/tidebook npm test

ui: $(RUNTIME)
	$(BIN)/tidebook ui

# The record of outcomes that were judged again later; TSVER is a folder of the benchmark's claims.
record: $(DEV)
	$(BIN)/python -m benchmarks.record $(DOSSIERS) $(if $(TSVER),--tsver $(TSVER))

bench: $(CLUSTER)
	$(BIN)/python -m benchmarks everyday scenarios figures compare
	$(BIN)/python -m benchmarks.ledger

mutation: $(DEV)
	$(BIN)/python -m benchmarks.mutation numbers
	$(BIN)/python -m benchmarks.mutation rules

# What is generated: contracts, data dictionary with a page per table, functions, forms of numbers, mistakes.
pages: $(DEV)
	$(BIN)/python -m tidebook.schemas.contracts
	$(BIN)/python -m tidebook.pipelines.commands.schema
	$(BIN)/python -m tidebook.schemas.dictionary > docs/data-dictionary.md
	$(BIN)/python -m tidebook.pipelines.read.plugin_tables >> docs/data-dictionary.md
	$(BIN)/python -m tidebook.pipelines.evaluate.functions > docs/functions.md
	$(BIN)/python -m tests.unit.quantity_forms > docs/quantities.md
	$(BIN)/python -m tests.unit.number_families > docs/printed-numbers.md
	$(BIN)/python -m tests.mistakes > docs/mistakes.md

docs: pages reports
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs serve

# What is installed is what is tested: uv keeps the versions of the file that it writes, which begins as the tests' lock.
lock: $(RUNTIME)
	$(COMPILE) pyproject.toml --extra live --extra ui --group dev -o requirements-dev.lock
	cp requirements-dev.lock requirements.lock
	$(COMPILE) pyproject.toml --extra live --extra ui -o requirements.lock
	$(COMPILE) pyproject.toml --extra live --extra ui --group cluster -o requirements-cluster.lock
	$(COMPILE) pyproject.toml --extra deploy --extra ui --extra ledger --extra lineage --extra live --group image -o requirements-deploy.lock
	cp requirements-deploy.lock requirements-action.lock
	$(COMPILE) pyproject.toml --group image -o requirements-action.lock
	$(COMPILE) --group audit -o requirements-audit.lock
	$(COMPILE) --group install -o requirements-install.lock
	$(COMPILE) pyproject.toml --extra live --extra ui --group compare -o requirements-compare.lock
	$(COMPILE) --group compare-dvc -o requirements-dvc.lock
	$(COMPILE) --group compare-chain -o requirements-chain.lock
	$(COMPILE) --group compare-documents -o requirements-documents.lock

$(VENV)/.made: requirements-install.lock
	@echo "Making an environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-install.lock
	@touch $@

$(RUNTIME): $(VENV)/.made requirements.lock pyproject.toml
	@echo "Installing the libraries of requirements.lock: about 600 MB, once"
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

$(DEV): $(RUNTIME) requirements-dev.lock
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python -r requirements-dev.lock
	@touch $@

$(CLUSTER): $(DEV) requirements-cluster.lock
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python -r requirements-cluster.lock
	@touch $@

$(AUDIT)/.made: requirements-audit.lock
	$(PYTHON) -m venv $(AUDIT)
	$(AUDIT)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-audit.lock
	@touch $@

clean:
	rm -rf $(VENV) out site
