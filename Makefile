# The two commands a newcomer needs are `make demo` and `make test`. Everything real happens in Python.
PYTHON ?= python3
BIN := .venv/bin
JOBS ?= 2
# What depends most on PostgreSQL's version; where Debian's is installed the rest runs on that one only
ON_BOTH = tests/database tests/workspaces tests/publishing tests/house/test_tenancy.py
# Django with what only developers need: it watches that each room keeps one line of migrations
DEVELOPING = DJANGO_SETTINGS_MODULE=tests.house.settings $(BIN)/python -m django

.PHONY: help demo test screenshots check bench docs lock migrations setup format clean
.DEFAULT_GOAL := help

help: ## say what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

demo: .venv/.users ## start Postroom with a demo workspace and follow what it publishes
	$(BIN)/postroom demo

test: setup ## set everything up and run every test
	@.ci/chromium
	@.ci/node
	$(BIN)/pytest -n $(JOBS) --dist loadgroup
	$(if $(wildcard /usr/lib/postgresql/*/bin/initdb),$(BIN)/pytest -q -n $(JOBS) --pg embedded $(ON_BOTH))

screenshots: setup ## picture every page, both widths, both themes, into screenshots/
	@.ci/chromium
	@.ci/node
	$(BIN)/pytest -q -n $(JOBS) --dist loadgroup tests/browser/test_every_page.py --shots screenshots

check: setup ## format, lint, types, floors, house tests, templates, migrations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(if $(shell find postroom -name '*.html' -print -quit),$(BIN)/djlint --check --lint --quiet postroom,@true)
	$(BIN)/mypy
	$(DEVELOPING) check
	$(BIN)/pytest -q -n 0 tests/house tests/docs

bench: setup ## measure the promised figures beside their goals
	$(BIN)/python -m bench

docs: setup ## write the generated pages of docs/
	$(BIN)/python docs/make.py

lock: setup ## resolve the dependencies anew, with hashes
	$(BIN)/python requirements/lock.py

migrations: setup ## write migrations for changed models
	$(DEVELOPING) makemigrations

format: setup ## let the formatters write
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

setup: .venv/.ready ## the environment for work on Postroom itself

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.users: requirements/lock.txt pyproject.toml | .venv/bin/python
	$(BIN)/pip install --quiet --require-hashes -r requirements/lock.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.ready: requirements/dev.txt pyproject.toml | .venv/bin/python
	$(BIN)/pip install --quiet --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@ .venv/.users

clean: ## forget what was built and measured here, never the data folder
	rm -rf .venv tests/node/node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
