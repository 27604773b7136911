# Every target works on a fresh clone with nothing run before it: `.venv` is made on first use, and made anew from the lock when the lock changes.
#
#   make plan SANDBOX=1            the same command against the embedded sandbox
#   make plan ARGS="--output json" more options for the command
#   make setup PYTHON=python3.13   another interpreter

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
ARGS ?=
READY := .venv/.ready
PIP := .venv/bin/python -m pip -qq --disable-pip-version-check
GUARDRAILS = .venv/bin/guardrails $(if $(SANDBOX),--sandbox)
PYTEST = .venv/bin/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.PHONY: help setup demo validate plan apply drift onboard test check lint baseline crash-every-write bench-sandbox bench-plan bench-iam aws-cli-session lint-templates docs fidelity clean

help:  ## What can be made (this list)
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | while IFS=$$'\t' read -r name text; do printf '  %-18s %s\n' "$$name" "$$text"; done

$(READY): requirements.lock pyproject.toml
	@python="$(PYTHON)"; \
	if ! "$${python:-false}" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
		echo "Guardrails needs Python 3.11 or newer$${python:+, and $$python is not that}. Install one, or name one: make setup PYTHON=/path/to/python3" >&2; exit 3; \
	fi; \
	if ! .venv/bin/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
		echo "Creating .venv with $$("$$python" --version)"; "$$python" -m venv --clear .venv; \
	fi
	@echo "Installing what requirements.lock names, each file checked against its hash"
	@$(PIP) install --require-hashes --no-deps --requirement requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

setup: $(READY)  ## Create .venv from the lock (every other target does it when needed)

demo: $(READY)  ## Walk the whole line on an embedded organization: plan, apply, tamper, drift, repair, onboard
	@.venv/bin/guardrails sandbox demo $(ARGS)

validate: $(READY)  ## Check config/, policies/ and templates/; needs no AWS
	@$(GUARDRAILS) validate $(ARGS)

plan: $(READY)  ## Show what would change (SANDBOX=1: in the sandbox)
	@$(GUARDRAILS) plan $(ARGS)

apply: $(READY)  ## Make it so, after asking (ARGS=--yes: without asking)
	@$(GUARDRAILS) apply $(ARGS)

drift: $(READY)  ## Show where the live organization left the declared one; fails with 2 when it did
	@$(GUARDRAILS) drift $(ARGS)

onboard: $(READY)  ## Declare and create an account: make onboard NAME=payments EMAIL=aws+payments@example.com OU=Workloads/Prod
	@if test -z "$${NAME:-}" || test -z "$${EMAIL:-}" || test -z "$${OU:-}"; then \
		echo 'Say which account: make onboard NAME=payments EMAIL=aws+payments@example.com OU=Workloads/Prod' >&2; exit 3; \
	fi
	@$(GUARDRAILS) account add "$$NAME" --email "$$EMAIL" --ou "$$OU"
	@$(GUARDRAILS) apply $(ARGS)

test: $(READY)  ## Run the tests (ARGS="-k drift" for some, ARGS="--cov" with coverage)
	@$(PYTEST) $(ARGS)

check: lint test  ## Everything that must hold before a change is merged

lint: $(READY)  ## Format, lint, types, import rules
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-logo

baseline: $(READY)  ## Audit the baseline that ships in 12 accounts and 3 regions; switch each control off, and what else is too slow for make test
	@$(PYTEST) --dist load --whole-baseline -m whole_baseline $(ARGS)

crash-every-write: $(READY)  ## Crash the demo's apply after each of its writes in turn, and prove that the next apply mends it (slow)
	@$(PYTEST) --dist load --crash-every 1 tests/test_crash.py $(ARGS)

bench-sandbox: $(READY)  ## Measure the sandbox with 100, 1,000 and 5,000 accounts (ARGS="100" for other sizes)
	@.venv/bin/python tests/bench/sandbox.py $(ARGS)

bench-plan: $(READY)  ## Count the calls of a plan with 10 and 100 accounts in 2 and 4 regions (ARGS="1000" for other sizes)
	@.venv/bin/python tests/bench/plan.py $(ARGS)

bench-iam: $(READY)  ## Measure the policy engine: evaluations per second, linting, packing, its import
	@.venv/bin/python tests/bench/iam.py $(ARGS)

aws-cli-session: $(READY) .venv-aws-cli/.ready  ## Run the README's session with an unmodified AWS CLI, in an environment of its own
	@.venv/bin/python tests/outside/aws_cli_session.py .venv-aws-cli/bin .venv/bin

.venv-aws-cli/.ready: Makefile
	@"$(PYTHON)" -m venv --clear .venv-aws-cli
	@.venv-aws-cli/bin/python -m pip -qq --disable-pip-version-check install awscli==1.46.3
	@touch $@

lint-templates: $(READY) .venv-checkov/.ready  ## Judge every compiled template with cfn-lint and with checkov, which has an environment of its own
	@rm -rf build/templates && mkdir -p build/templates && cp -r config build/templates
	@cp tests/outside/every_template.yaml build/templates/config/controls.yaml
	@.venv/bin/guardrails compile --config build/templates/config --out build/templates/compiled
	@.venv/bin/python tests/outside/lint_templates.py .venv-checkov/bin/checkov build/templates/compiled/templates

.venv-checkov/.ready: Makefile
	@"$(PYTHON)" -m venv --clear .venv-checkov
	@.venv-checkov/bin/python -m pip -qq --disable-pip-version-check install checkov==3.3.30
	@touch $@

docs: $(READY)  ## Refresh what the program says: the output in README.md, docs/controls, docs/lint.md, docs/policies.md, the schemas that editors read (config/.schema)
	@for kind in organization account controls identity policy-tests; do \
		schema="$$(.venv/bin/guardrails schema $$kind)" && mkdir -p config/.schema && printf '%s\n' "$$schema" >config/.schema/$$kind.json; \
	done
	@.venv/bin/python -m pytest -q -p no:randomly tests/meta/test_readme.py tests/meta/test_control_pages.py::test_pages_are_current tests/meta/test_lint_page.py tests/meta/test_library_page.py --write-docs

fidelity: $(READY)  ## Run the sandbox's tests against moto alone, and refresh docs/sandbox-fidelity.md
	@.venv/bin/python -m pytest -q -p no:randomly tests/sandbox --plain-moto --fidelity-table=docs/sandbox-fidelity.md

clean:  ## Stop the sandbox; remove .venv, builds and caches (not the journal)
	@if test -x .venv/bin/guardrails; then .venv/bin/guardrails sandbox stop || true; fi
	@rm -rf .venv .venv-aws-cli .venv-checkov build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage .coverage.*
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
