# Everything one does with a working copy. `make` alone lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.NOTPARALLEL:
export PORT

PORT ?= 8000

.PHONY: help demo demo-reset test coverage test-deep check format translations bench

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Start a demo portal with people and figures in it (PORT=8000)
	@exec scripts/demo

demo-reset: ## Delete the demo's contents and start a new one
	@exec scripts/demo --reset

test: ## Run the suite from nothing: SQLite, PostgreSQL, browser
	@exec scripts/test

coverage: ## Run the suite on SQLite and count the branches of prm/ that it takes
	@exec scripts/test --coverage

test-deep: ## Run the long tests: mutation, hostile requests, kills
	@exec scripts/test --deep

check: ## Lint, format check, house rules and the quick tests
	@exec scripts/check

format: ## Put the Python code into the house's format
	@exec .venv/bin/ruff format .

translations: ## Collect new strings into the message catalogues
	@exec scripts/catalogue

bench: ## Run the side-by-side measurements in bench/
	@exec scripts/bench
