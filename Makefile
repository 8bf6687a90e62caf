# `make` tells what there is. Only Python 3.11+ and make are needed; everything else comes into .venv.

PORT ?= 8000
WORKERS ?= 2
BIN := .venv/bin
PYTHON ?= $(shell for each in python3.11 python3.12 python3.13 python3.14 python3; do \
	"$$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$each" && break; done)
MAKEFLAGS += --no-print-directory
LINT_ENV := env -u DATABASE_URL -u REDIS_URL -u SITE_URL -u EMAIL_URL DATA_DIR=var/lint SECRET_KEY=only-for-the-linters

.DEFAULT_GOAL := help
.PHONY: help install install-base install-dev install-semantic run test lint format bench reset-demo lock

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  Options: PORT=8000 (run), WORKERS=2 (test), ARGS='…' (test, bench), PYTHON=python3.12"

install: install-dev ## the virtual environment, with everything for development

install-base install-dev install-semantic: install-%:
	@test -n "$(PYTHON)" && command -v "$(PYTHON)" >/dev/null || \
		{ echo "NeurReps needs Python 3.11 or newer, and none was found; install it, or name it with PYTHON=…." >&2; exit 1; }
	@"$(PYTHON)" -I neurreps/bootstrap.py $*

run: install-base ## the whole site in this terminal, with a demo workshop; Ctrl-C stops it
	@PORT="$(PORT)" exec $(BIN)/python -m neurreps.launch run

test: install-dev ## all tests, on PostgreSQL and the rest again on SQLite, with servers of their own
	@$(BIN)/python -m tests.servers exec -- $(BIN)/pytest -n $(WORKERS) --dist worksteal $(ARGS)
	@$(BIN)/python -m tests.servers exec --sqlite -- $(BIN)/pytest -n $(WORKERS) --dist worksteal -m both $(ARGS)

lint: install-dev ## style, types, layers, templates, migrations, deployment
	@mkdir -p var/lint
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/djlint --lint --quiet templates
	@$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	@$(BIN)/lint-imports --no-logo
	@$(LINT_ENV) $(BIN)/mypy
	@$(LINT_ENV) $(BIN)/python manage.py makemigrations --check --dry-run
	@set -a && . deploy/production.env.example && set +a && DATA_DIR=var/lint \
		SECRET_KEY="$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))')" EMAIL_URL=smtp+tls://mail.example.org \
		DATABASE_URL=postgres://neurreps:unused@postgres/neurreps REDIS_URL=redis://redis:6379/0 \
		$(BIN)/python manage.py check --deploy --fail-level WARNING
	@! command -v node >/dev/null || find static/js -name '*.js' -print0 | xargs -0 -r -n 1 node --check

format: install-dev ## mend what the linters can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: install-dev ## the benchmarks (minutes; ARGS= names one)
	@$(BIN)/python -m benchmarks $(ARGS)

reset-demo: install-base ## set the embedded data aside, so that the next run makes the demo anew
	@$(BIN)/python -m neurreps.launch reset

lock: install-dev ## renew requirements/*.txt from requirements/*.in
	@$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
		--python-version 3.11 requirements/base.in -o requirements/base.txt
	@$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
		--python-version 3.11 requirements/semantic.in -o requirements/semantic.txt
	@$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
		--python-version 3.11 requirements/dev.in -o requirements/dev.txt
