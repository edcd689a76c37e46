# Guanjia: two commands. `make demo` shows it, `make test` proves it; both make their own environment first.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
BENCHMARKS := first_light alarm_engine storm whole_path backtest rule_change store simulators scenarios history_maker collectors mqtt_load
# Once for all processes that start later.
COMPILED := $(BIN)/python -m compileall -q model collectors rules store tickets energy api dashboards simulators guanjia

.PHONY: install demo test nightly check bench crash clean

install: $(VENV)/.installed
demo: install
	$(BIN)/guanjia demo $(ARGS)

# What is compiled is kept, so that four workers do not each compile it again.
test: $(VENV)/.installed-dev
	@$(COMPILED)
	PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -n 4 --dist loadfile --no-loadscope-reorder $(ARGS)

# The same properties with a hundred times the examples: hours.
nightly: $(VENV)/.installed-dev
	GUANJIA_EXAMPLES=100 $(BIN)/pytest -n 2 --timeout 7200 tests/rules tests/backtest tests/recovery tests/tickets tests/guanjia/rulebook tests/config tests/scenario tests/api $(ARGS)

check: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.installed-dev
	@for name in $(BENCHMARKS); do echo "== $$name"; $(BIN)/python -m benchmarks.$$name || exit 1; done

# The platform killed at 200 random instants in a storm: about twenty minutes.
crash: $(VENV)/.installed-dev
	$(BIN)/python -m benchmarks.crash $(ARGS)

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Guanjia needs Python 3.11 or newer; set PYTHON=…"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@$(COMPILED)
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@$(COMPILED)
	@touch $@ $(VENV)/.installed
