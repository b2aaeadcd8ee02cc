# Two commands: `make run` opens the demo project in the window, `make test` runs every check and test.  Both do all the set-up.
# GNU make 3.81 (macOS) is enough.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
CONSTRAINTS := packaging/constraints.txt
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python3.14; do \
	"$$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))' >/dev/null 2>&1 && { echo "$$name"; break; }; done)

# Tests draw off screen; a theme of the desktop must not reach them
OFFSCREEN := env -u QT_QPA_PLATFORMTHEME QT_QPA_PLATFORM=offscreen

.PHONY: run test bench bundle pins clean help
.DEFAULT_GOAL := help

run: $(VENV)/installed ## open the demo project in the window
	@$(BIN)/python -m annotator.preflight
	$(BIN)/annotator demo

test: $(VENV)/installed-dev ## every check and every test, without a screen
	@echo '== formatting'
	@$(BIN)/ruff format --check .
	@echo '== lint'
	@$(BIN)/ruff check .
	@echo '== types'
	@env PYRIGHT_PYTHON_IGNORE_WARNINGS=1 $(BIN)/pyright
	@echo '== directions between the rooms'
	@$(BIN)/lint-imports
	@echo '== spelling'
	@$(BIN)/typos
	@echo '== system libraries'
	@$(OFFSCREEN) $(BIN)/python -m annotator.preflight
	@echo '== tests'
	@$(OFFSCREEN) $(BIN)/python -m pytest -n 2

bench: $(VENV)/installed-dev ## measure the speed, as ratios to bare baselines
	$(OFFSCREEN) $(BIN)/python tests/benchmarks/run.py

bundle: $(VENV)/installed-dev ## the frozen program: dist/annotator/annotator
	$(BIN)/python -m PyInstaller --noconfirm --log-level WARN --distpath dist --workpath build packaging/annotator.spec
	$(BIN)/python packaging/strip.py dist/annotator

pins: $(VENV)/installed-dev ## renew packaging/constraints.txt (asks the package index)
	$(BIN)/python packaging/pin.py

clean: ## remove what was built, and the environment
	rm -rf $(VENV) build dist .pytest_cache .ruff_cache .hypothesis .benchmarks .coverage .import_linter_cache
	find annotator tests packaging -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /make \1:  /p' $(firstword $(MAKEFILE_LIST))

# The environment is made once; the stamps say for which dependencies it was filled.
$(BIN)/python:
	@if [ -z "$(PYTHON)" ]; then \
		echo 'No Python 3.11 to 3.14 was found. Install one (Debian: sudo apt install python3 python3-venv), or name yours: make run PYTHON=/path/to/python3' >&2; \
		exit 1; \
	fi
	@"$(PYTHON)" -c 'import venv, ensurepip' >/dev/null 2>&1 || { \
		echo "$(PYTHON) cannot make virtual environments. On Debian: sudo apt install python3-venv" >&2; exit 1; }
	@echo '== making $(VENV) with $(PYTHON)'
	@"$(PYTHON)" -m venv $(VENV)

$(VENV)/installed: pyproject.toml $(CONSTRAINTS) | $(BIN)/python
	@echo '== installing the program (once, some minutes)'
	@$(PIP) install --quiet -c $(CONSTRAINTS) -e .
	@touch $@

$(VENV)/installed-dev: pyproject.toml $(CONSTRAINTS) | $(BIN)/python
	@echo '== installing the program with what the tests and the build need (once, some minutes)'
	@$(PIP) install --quiet -c $(CONSTRAINTS) -e '.[dev,formats]'
	@touch $(VENV)/installed $@
