# Everything a person does with this checkout, in one word each. `make` alone says what there is.
# What the environment says to pip (PIP_…), to npm (npm_config_…) and to the site (PARTNERDIR_…) is respected.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON3 ?= python3
VENV := .venv
PYTHON := $(VENV)/bin/python
FLASK := $(VENV)/bin/flask --app app
BABEL := $(VENV)/bin/pybabel
PIP := $(PYTHON) -m pip --disable-pip-version-check --no-input
NPM := PATH="$(CURDIR)/$(VENV)/bin:$$PATH" npm
NODE_IS_RECENT := npm --version >/dev/null 2>&1 && node -e 'const [a, b] = process.versions.node.split("."); process.exit(a * 100 + +b < 2219 ? 1 : 0)' 2>/dev/null
DONE := $(VENV)/done

CATALOGUES := $(patsubst %.po,%.mo,$(wildcard partnerdir/translations/*/LC_MESSAGES/messages.po))
STYLES_AND_SCRIPTS := package.json static/build.js static/favicon.svg $(wildcard static/styles/*.scss static/scripts/*.js)
LOCK := CUSTOM_COMPILE_COMMAND="make lock" $(VENV)/bin/pip-compile --quiet --generate-hashes --strip-extras \
	--allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-trusted-host

.PHONY: help install run test check bench bench-search bench-plan bench-pages bench-alerts pictures demo-reset lock front-end words clean

help:  ## Say what each target does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(DONE)/site static/built/manifest.json $(CATALOGUES)  ## Install what the site needs and build its front end, and start nothing

run: $(DONE)/site static/built/manifest.json $(CATALOGUES)  ## Serve the site at http://127.0.0.1:8000, with the demonstration district on first run
	@$(FLASK) prepare --demonstration
	@exec $(PYTHON) app.py

test: $(DONE)/development static/built/manifest.json $(CATALOGUES) tests/pages/node_modules/.package-lock.json  ## Run every test (TESTS=tests/funding: a part); as root, installs Chromium and PostgreSQL first
	@$(PYTHON) tests/system_packages.py
	@# One process more than the two processors it is meant for: many tests wait for a clock or for a server that does not answer.
	@$(PYTHON) -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(TESTS)

check: $(DONE)/development static/built/manifest.json  ## Look for faults without running the site: ruff, mypy, templates, house rules
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/djlint --lint --quiet templates
	$(PYTHON) -m pytest tests/house

bench: $(DONE)/development $(CATALOGUES)  ## Measure search and the service page on real and generated listings
	@$(PYTHON) -m tests.bench.search

bench-search: $(DONE)/development $(CATALOGUES)  ## Ask judged questions, of us and of what people would use instead
	@$(PYTHON) -W ignore -m tests.bench.judging

bench-plan: $(DONE)/development $(CATALOGUES)  ## Measure plans for families over 10,000 services
	@$(PYTHON) -W ignore -m tests.bench.plans

bench-pages: $(DONE)/development static/built/manifest.json $(CATALOGUES) tests/pages/node_modules/.package-lock.json  ## Measure the pages of a visitor with Lighthouse, as on a phone
	@$(PYTHON) tests/system_packages.py
	@$(PYTHON) -W ignore -m tests.bench.pages

bench-alerts: $(DONE)/development $(CATALOGUES)  ## Measure a scan over a million funding windows, and live a year of real grants again
	@$(PYTHON) -m tests.bench.alerts

pictures: $(DONE)/development static/built/manifest.json $(CATALOGUES)  ## Take the pictures of the README anew
	@$(PYTHON) tests/system_packages.py
	@$(PYTHON) -W ignore -m tests.pictures

demo-reset: $(DONE)/site $(CATALOGUES)  ## Throw the demonstration's records away and make them anew
	@$(FLASK) demo-reset

front-end: static/built/manifest.json  ## Build styles and scripts into static/built/

words: $(DONE)/development  ## Collect what the site says from code and templates, for each language to be completed, and build the catalogues
	$(BABEL) --quiet extract --mapping-file pyproject.toml --keywords lazy_gettext --keywords gettext_noop --no-wrap \
		--sort-by-file --add-location file --output-file $(DONE)/messages.pot partnerdir templates
	$(BABEL) --quiet update --no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date \
		--input-file $(DONE)/messages.pot --output-dir partnerdir/translations
	@$(MAKE) --no-print-directory $(CATALOGUES)

lock: $(DONE)/development  ## Pin every requirement anew, with hashes, from the short lists in requirements/
	$(LOCK) --upgrade --output-file requirements.txt requirements/direct.txt
	$(LOCK) --upgrade --output-file requirements/development.txt requirements/development-direct.txt
	$(LOCK) --upgrade --output-file requirements/node.txt requirements/node-direct.txt

clean:  ## Remove what make built; records and secrets in instance/ stay
	rm -rf $(VENV) node_modules tests/pages/node_modules static/built $(CATALOGUES) .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

# A file in $(DONE) says that a set of requirements is installed as pinned.
$(DONE)/venv:
	@$(PYTHON3) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "partnerdir needs Python 3.11 or newer; name one with make PYTHON3=…")'
	$(PYTHON3) -m venv $(VENV)
	@mkdir -p $(DONE) && touch $@

$(DONE)/site: requirements.txt | $(DONE)/venv
	$(PIP) install --quiet --use-pep517 --require-hashes -r requirements.txt
	@touch $@

%.mo: %.po | $(DONE)/site
	@$(BABEL) --quiet compile --input-file $< --output-file $@

$(DONE)/development: requirements.txt requirements/development.txt | $(DONE)/venv
	$(PIP) install --quiet --use-pep517 --require-hashes -r requirements.txt -r requirements/development.txt
	@touch $(DONE)/site $@

# Node is the machine's own where it is recent enough, else one inside the virtual environment.
$(DONE)/node: requirements/node.txt | $(DONE)/venv
	@if $(NODE_IS_RECENT); then echo "Using Node $$(node --version) of this machine."; \
	else $(PIP) install --quiet --require-hashes -r requirements/node.txt; fi
	@touch $@

node_modules/.package-lock.json: package.json package-lock.json $(DONE)/node
	$(NPM) ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
	@touch $@

tests/pages/node_modules/.package-lock.json: tests/pages/package.json tests/pages/package-lock.json $(DONE)/node
	$(NPM) ci --prefix tests/pages --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
	@touch $@

static/built/manifest.json: $(STYLES_AND_SCRIPTS) node_modules/.package-lock.json
	$(NPM) run --silent build
