# The two commands to know: `make demo` and `make test`. Both set up everything they need in .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT := out

.PHONY: help demo test torture rules lint types compiled unit check-deps lock accuracy screenshot bench clean

help:
	@echo 'make demo      scan a simulated site: a table here, an HTML report in $(OUT)/'
	@echo 'make test      everything that CI checks'
	@echo 'make torture   what takes hours: every hostile device by itself, millions of mutated answers, lost packets'
	@echo 'make check-deps  known vulnerabilities and licences of the dependencies (asks pypi.org)'
	@echo 'make accuracy  measure the fingerprints on the labelled corpus and write docs/accuracy.md'
	@echo 'make screenshot  take the picture of the report in docs/ (Chromium)'
	@echo 'make bench     the benchmarks (root; network namespaces)'
	@echo 'make lock      resolve the dependencies anew and write the locks'

# A module is compiled when it is first used, also where Python is told to keep nothing that it compiles: of all that is
# installed, few are ever used.
export PYTHONDONTWRITEBYTECODE =
INSTALL = $(BIN)/pip install --quiet --disable-pip-version-check --no-compile

$(VENV)/run: requirements.lock requirements-build.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) --require-hashes -r requirements-build.lock -r requirements.lock
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev: $(VENV)/run requirements-dev.lock
	$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(VENV)/run
	@mkdir -p $(OUT)
	@rm -f $(OUT)/demo.db
	$(BIN)/camscan simulate -- $(BIN)/camscan scan 127.77.0.0/24 --db $(OUT)/demo.db
	$(BIN)/camscan report --db $(OUT)/demo.db --format html --output $(OUT)/demo.html
	@echo 'The HTML report: $(CURDIR)/$(OUT)/demo.html'

# Rules are checked while the tools are installed, and types beside the tests, with what these leave of the processors.
test:
	@$(MAKE) --no-print-directory --jobs --output-sync rules lint compiled
	@$(MAKE) --no-print-directory --jobs unit types

rules: $(VENV)/run
	$(BIN)/camscan fingerprints check --strict

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/hadolint Dockerfile

types: $(VENV)/dev
	nice $(BIN)/mypy

# Tests, and what they use, are compiled once, before six processes would each do it (a fault in one is told there).
compiled: $(VENV)/dev
	-@$(BIN)/python -m pytest --collect-only --quiet --quiet >/dev/null

unit: $(VENV)/dev
	$(BIN)/python -m pytest --quiet --numprocesses 6 --dist worksteal

check-deps: $(VENV)/dev
	$(BIN)/python docs/make_licences.py
	@$(BIN)/pip-audit --strict --require-hashes --requirement requirements.lock || { echo; \
	  echo 'Not passed. Where no vulnerability is listed above, nothing is known of one: the advisories could not be read. They come'; \
	  echo 'from https://pypi.org/pypi/NAME/VERSION/json, which most mirrors of the package index lack; a package is "not found" then.'; \
	  exit 1; } >&2

# Hours; `make torture SECONDS=60` bounds each decoder. What was interrupted goes on with the part that it was at, unless
# FRESH=1 is given; PARTS="gallery host" runs these alone. The figures go into docs/torture.md and docs/harm.md.
torture: $(VENV)/dev
	$(BIN)/python benchmarks/torture.py $(if $(SECONDS),--seconds $(SECONDS)) $(if $(FRESH),--fresh) $(if $(PARTS),--only $(PARTS))

accuracy: $(VENV)/dev
	$(BIN)/camscan fingerprints evaluate tests/corpus --output docs/accuracy.md

screenshot: demo $(VENV)/dev
	$(BIN)/python docs/make_screenshot.py $(OUT)/demo.html docs/report.png

bench: $(VENV)/dev
	$(BIN)/python benchmarks/site.py
	$(BIN)/python benchmarks/net.py
	$(BIN)/python benchmarks/identify.py
	$(BIN)/python benchmarks/year.py
	$(BIN)/python benchmarks/retention.py
	$(BIN)/python benchmarks/evidence.py

LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate
lock:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet uv
	$(LOCK) --group build --output-file requirements-build.lock
	$(LOCK) pyproject.toml --output-file requirements.lock
	$(LOCK) --group dev --constraint requirements.lock --output-file requirements-dev.lock

clean:
	rm -rf $(VENV) $(OUT) build dist
