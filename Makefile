# `make demo` and `make test` need git, make and python3, and find or ask for everything else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := PYTHONWARNINGS=ignore $(BIN)/python -m pip --disable-pip-version-check --quiet
COMPILED := $(wildcard qos_exporter/*/*.pyx qos_exporter/*/*.pxd)
ARGS ?=

# Prints one of the lists of requirements in pyproject.toml, a line each.
REQUIREMENTS = $(BIN)/python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))$(1), sep='\n')"

# Targets share the venv and the folder of the compiled modules.
.NOTPARALLEL:
.DEFAULT_GOAL := help
.PHONY: help demo stack test quick live test-asterisk check fmt dashboards rules bench build wheel clean distclean packages

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.compiled ## replay real calls in a loop and serve http://localhost:10667/metrics
	@$(BIN)/qos-exporter demo $(ARGS)

stack: $(VENV)/.compiled ## the demo with Prometheus, its alerts and Alertmanager, on loopback
	@$(PYTHON) tools/system_packages.py stack
	@$(BIN)/python -m tools.stack $(ARGS)

test: packages check build ## everything: checks, all tests, the coverage gate
	@$(BIN)/python -m pytest --cov --cov-report=term $(ARGS)

quick: build ## the tests that need no network, no browser and little time
	@$(BIN)/python -m pytest -q -m 'not (live or softphone or netns or browser or slow)' $(ARGS)

live: packages build ## only the tests that make real calls
	@$(BIN)/python -m pytest -m 'live or softphone' $(ARGS)

test-asterisk: packages build ## only the calls through a real Asterisk
	@$(BIN)/python -m pytest -m asterisk $(ARGS)

check: $(VENV)/.dev ## ruff, ruff format, mypy, cython-lint; dashboards are as built
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@PATH=$(BIN):$$PATH cython-lint qos_exporter
	@$(BIN)/python -m grafana --check

fmt: $(VENV)/.dev ## format the code and mend what ruff can mend
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

dashboards: $(VENV)/.dev ## build the Grafana dashboards into grafana/dashboards
	@$(BIN)/python -m grafana

rules: $(VENV)/.compiled ## write alerting_rules/ from its templates, with the default thresholds
	@$(BIN)/qos-exporter rules --out alerting_rules $(ARGS)

bench: build ## measure speed, memory and losses beside other tools
	@$(PYTHON) tools/system_packages.py bench
	@$(BIN)/python -m benchmarks $(ARGS)

build: $(VENV)/.dev $(VENV)/.compiled ## make the venv with all tools and compile in place

wheel: $(VENV)/.dev ## build source distribution and wheel into dist/
	@$(BIN)/python -m build

clean: ## remove what was built, keep the venv
	@rm -rf build dist *.egg-info .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@rm -f qos_exporter/*/*.so $(patsubst %.pyx,%.c,$(filter %.pyx,$(COMPILED)))
	@rm -f $(VENV)/.installed $(VENV)/.compiled

distclean: clean ## remove the venv as well
	@rm -rf $(VENV)

packages: ## install the Debian packages that are missing (as root), or name them
	@$(PYTHON) tools/system_packages.py build run stack test

$(BIN)/python:
	@$(PYTHON) tools/system_packages.py build run
	@echo "Making $(VENV)"
	@$(PYTHON) -m venv $(VENV)

# The tools that build the package go into the venv too: no second copy of numpy in a build
# environment, and a changed source is compiled again in seconds. The stamp has the time of the
# beginning, so that a source that is saved meanwhile counts as changed.
$(VENV)/.installed: pyproject.toml setup.py | $(BIN)/python
	@echo "Installing the package into $(VENV), which compiles it: this takes a minute or two"
	@touch $@.begun
	@$(call REQUIREMENTS,['build-system']['requires']) | $(PIP) install -r /dev/stdin
	@$(PIP) install --no-build-isolation --editable .
	@mv $@.begun $@

$(VENV)/.dev: $(VENV)/.installed
	@echo "Installing the tools for development into $(VENV)"
	@$(call REQUIREMENTS,['project']['optional-dependencies']['dev']) | $(PIP) install -r /dev/stdin
	@touch $@

# Installing has compiled already, so this is about what has changed since.
$(VENV)/.compiled: $(VENV)/.installed $(COMPILED)
	@if [ -n "$$(find $(COMPILED) -newer $(VENV)/.installed)" ]; then \
		$(BIN)/python setup.py --quiet build_ext --inplace; \
	fi
	@touch $@
