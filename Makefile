# Two commands on a fresh machine: make demo, make test. `make setup` is the part they share.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: setup demo test test-postgresql test-postgresql-all check test-slow eval bench rights-trials screenshots clean

setup: $(STAMP)

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Rapport needs Python 3.11 or newer")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.developing: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

demo: setup
	$(BIN)/rapport demo
	$(BIN)/rapport serve

test: $(VENV)/.developing
	$(BIN)/python -m pytest -q

# The same suite on PostgreSQL: RAPPORT_TEST_DATABASE_URL, else 127.0.0.1:5432, else one started from PATH. CI runs the part
# where the databases can differ; `make test-postgresql-all` runs every room that touches the store.
POSTGRESQL_PART := $(addprefix tests/store/test_,gate.py audit.py query.py measures.py migrations.py passages.py people.py) \
	tests/agent/test_demo_questions.py tests/tools

test-postgresql: $(VENV)/.developing
	$(BIN)/python -m pytest -q --database postgresql $(POSTGRESQL_PART)

test-postgresql-all: $(VENV)/.developing
	$(BIN)/python -m pytest -q --database postgresql tests/store tests/tools tests/agent tests/ui

check: $(VENV)/.developing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test-slow: $(VENV)/.developing
	$(BIN)/python -m pytest -q -m 'slow or live or browser'
	$(BIN)/python -m pytest -q --hypothesis-profile thorough tests/store

eval: $(VENV)/.developing
	$(BIN)/rapport eval --brain embedded

bench: $(VENV)/.developing
	$(BIN)/rapport bench

# Ten thousand random questions to random firms, compared with plain rules: some twenty minutes.
rights-trials: $(VENV)/.developing
	$(BIN)/python -m pytest -q -m slow tests/rights/test_rights_trials.py

screenshots: $(VENV)/.developing
	$(BIN)/python tests/ui/screenshots.py

clean:
	rm -rf $(VENV) build *.egg-info
