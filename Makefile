# `make` alone lists the commands. They need Python 3.11 and make; everything else is installed into .venv.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test trust check fix bench demo lock chromium

PORT ?= 8501
ADDRESS := http://127.0.0.1:$(PORT)
PYTHON := $(shell for p in python3.11 python3 python; do \
  "$$p" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
PY := .venv/bin/python
WORKERS := $(shell n=$$(nproc 2>/dev/null || echo 2); [ $$n -gt 3 ] && echo 4 || echo 3)
export GX_ANALYTICS_ENABLED := false

help: ## denne listen
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/make \1@\2/' | column -t -s @ 2>/dev/null \
	  || grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST)

run: .venv/run.stamp ## laster eksempeldata, starter dashbordet (PORT=8501) og åpner nettleseren
	@$(PY) -m pipelines demo
	@echo "Nullvekst: $(ADDRESS) (stopp med Ctrl+C)"
	@(for i in $$(seq 60); do $(PY) -c 'import sys, urllib.request as u; u.urlopen(sys.argv[1])' $(ADDRESS)/_stcore/health \
	    >/dev/null 2>&1 && break; sleep 0.5; done; \
	  if [ "$$(uname)" = Darwin ]; then open $(ADDRESS); \
	  elif [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] && command -v xdg-open >/dev/null; then xdg-open $(ADDRESS); fi) >/dev/null 2>&1 &
	@exec $(PY) -m uvicorn dashboard.server:app --host 127.0.0.1 --port $(PORT) --no-proxy-headers --no-server-header \
	  --log-level warning

# One process more than two processors have, since browser tests wait; four at most. Compiled modules are kept, so that the processes that tests start need not compile them again.
test: .venv/dev.stamp chromium ## kjører alle tester (også i nettleser, når Chromium finnes)
	PYTHONDONTWRITEBYTECODE= $(PY) -m pytest --numprocesses $(WORKERS) --dist worksteal

trust: .venv/dev.stamp ## kjører de tunge prøvene: prosesser som drepes, skader på filer, lange rekker av handlinger
	$(PY) -m pytest -m trust --numprocesses auto --maxprocesses 4 --dist worksteal

check: .venv/dev.stamp ## ser etter feil i stil, typer og romgrenser; endrer ingenting
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

fix: .venv/dev.stamp ## retter stil og formatering
	.venv/bin/ruff check --fix-only .
	.venv/bin/ruff format .

bench: .venv/dev.stamp ## måler tider og minne
	$(PY) -m bench

demo: .venv/run.stamp ## laster avtalene og eksempeldataene inn i data/var
	$(PY) -m pipelines demo

# After a change of the dependency ranges in pyproject.toml. The runtime lock follows the full one, so they never differ.
lock: .venv/made.stamp
	$(PY) -m venv .venv/lock && .venv/lock/bin/pip install -q uv
	.venv/lock/bin/uv pip compile pyproject.toml --extra dev -o requirements-dev.txt --upgrade $(LOCK_OPTIONS)
	.venv/lock/bin/uv pip compile pyproject.toml -c requirements-dev.txt -o requirements.txt --upgrade $(LOCK_OPTIONS)
LOCK_OPTIONS := --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --custom-compile-command "make lock"

# The browser of the browser tests. Elsewhere than on Debian as root the tests use a chromium on the path, or say why they skip.
chromium:
	@if ! command -v chromium >/dev/null && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; fi

.venv/made.stamp:
	@if [ -z "$(PYTHON)" ]; then echo "Nullvekst trenger Python 3.11, og den ble ikke funnet som python3.11 eller python3." >&2; exit 1; fi
	$(PYTHON) -m venv .venv
	@touch $@

.venv/run.stamp: requirements.txt | .venv/made.stamp
	$(PY) -m pip install --quiet --require-hashes -r requirements.txt
	@touch $@

.venv/dev.stamp: requirements-dev.txt | .venv/made.stamp
	$(PY) -m pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@ .venv/run.stamp
