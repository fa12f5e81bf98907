# Everything needs only Python >= 3.11 and make; the rest is installed below this folder (.venv, .cache).

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
MEMBERS := $(wildcard libs/* services/*)
RUN := $(VENV)/.run-installed
DEV := $(VENV)/.dev-installed
# Locks hold no download address, so that they serve any mirror.
COMPILE := $(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11
OURS := $(patsubst libs/%,--no-emit-package toa-%,$(patsubst services/%,--no-emit-package toa-%,$(MEMBERS)))
EMBEDDED := $(BIN)/python -m embedded
LOOKER := connectors/looker-studio
# Tests mostly wait for processes: two workers left two cores idle 40 % of the time. What runs on one worker, and what
# begins first, conftest.py says.
SIDE_BY_SIDE := --numprocesses=3 --dist=loadgroup --no-loadscope-reorder --durations=25

# Where an environment forbids bytecode, every process would compile all it imports: some seconds at each start.
unexport PYTHONDONTWRITEBYTECODE
export UV_LINK_MODE ?= hardlink
export VIRTUAL_ENV := $(CURDIR)/$(VENV)
# Last, so that a Node.js from its wheel is found where the machine has none.
export PATH := $(PATH):$(CURDIR)/$(BIN)

.DEFAULT_GOAL := help
.PHONY: help setup run start sandbox stop status test check format soak bench generate docs release-contracts migration lock clean images sbom up down k8s-smoke audit

help: ## Show this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-18s %s\n", $$1, $$2}'

$(RUN): requirements/bootstrap.lock requirements/run.lock pyproject.toml $(MEMBERS:%=%/pyproject.toml)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "error: Python %d.%d is too old; give a newer one: make PYTHON=python3.11" % sys.version_info[:2])'
	@echo "installing Python packages (hash-checked) into $(VENV)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "error: this Python cannot make a virtual environment; on Debian: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.lock
	@$(UV) pip install --quiet --require-hashes -r requirements/run.lock
	@$(UV) pip install --quiet --no-deps --no-build-isolation $(MEMBERS:%=-e ./%)
	@command -v npm >/dev/null || { echo "installing Node.js from its wheel"; $(UV) pip install --quiet --require-hashes -r requirements/node.lock; }
	@touch $@

# What tests and checks need besides; it is not there in a tree that only runs the system.
$(DEV): $(RUN) requirements/all.lock
	@$(UV) pip install --quiet --require-hashes -r requirements/all.lock
	@touch $@

setup: $(RUN) ## Install everything: packages, Kafka's and Mongo's jars, the built page
	@$(EMBEDDED) setup

run: $(RUN) ## Run the whole system in the foreground against the sandbox; Ctrl-C stops it
	@$(EMBEDDED) run

start: $(RUN) ## Run it in the background
	@$(EMBEDDED) start

sandbox: $(RUN) ## Run the local TikTok alone in the foreground; Ctrl-C stops it
	@$(BIN)/python -m sandbox alone

stop: ## Stop a running system
	@$(EMBEDDED) stop

status: ## Say of each part whether it lives and is ready
	@$(EMBEDDED) status

test: setup $(DEV) $(LOOKER)/node_modules/.package-lock.json contracts/node_modules/.package-lock.json ## Set up and run every test
	@cd web && npm test --silent
	@cd $(LOOKER) && npm test --silent
	@$(BIN)/python -m pytest $(SIDE_BY_SIDE)

check: $(DEV) web/node_modules/.package-lock.json $(LOOKER)/node_modules/.package-lock.json ## Lint, types, rooms, generated files current
	@$(BIN)/ruff format --check --quiet . || { echo "error: not formatted; run: make format"; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@for tests in $(wildcard libs/*/tests libs/*/soak services/*/tests services/*/soak) tests conftest.py; do $(BIN)/mypy --no-error-summary $$tests || exit 1; done
	@$(BIN)/lint-imports
	@$(BIN)/python contracts/generate.py --check
	@$(BIN)/python contracts/gate.py
	@cd web && npm run --silent check
	@cd $(LOOKER) && npm run --silent check

%/node_modules/.package-lock.json: %/package-lock.json $(DEV)
	@cd $* && npm ci --silent --no-audit --no-fund --prefer-offline
	@touch $@

format: $(DEV) ## Format the Python code
	@$(BIN)/ruff check --quiet --fix . && $(BIN)/ruff format --quiet .

soak: setup $(DEV) ## Long repetitions: kills and churn, properties on twenty times as many examples
	@$(BIN)/python -m pytest $(wildcard libs/*/soak/soak_*.py services/*/soak/soak_*.py tests/soak/soak_*.py)
	@TOA_EXAMPLES_TIMES=20 $(BIN)/python -m pytest $(shell grep -lE '^from .examples' services/*/tests/test_*.py)

bench: setup $(DEV) ## Throughput and recompute times as ratios to hand-written floors; BENCH="throughput --rounds 5" for a part
	@$(BIN)/python -m benchmarks $(BENCH)

generate: $(DEV) ## Write contracts and reference docs anew from the code
	@$(BIN)/python contracts/generate.py

docs: $(DEV) ## Build the documents as a site, in site/; a link that leads nowhere fails
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
	@echo "open site/index.html"

release-contracts: check ## Keep the contracts as a release that later ones are held to; VERSION=1.2.3
	@$(BIN)/python contracts/gate.py release $(VERSION)

migration: $(DEV) ## Write the migration of the catalog's new fields, before make generate; NAME=what_they_are
	@$(BIN)/python -m common migration $(NAME)

lock: ## Resolve dependencies anew and write requirements/*.lock
	@echo 'uv' | $(COMPILE) - -o requirements/bootstrap.lock
	@$(COMPILE) $(MEMBERS:%=%/pyproject.toml) --group pyproject.toml:dev --group pyproject.toml:build $(OURS) -o requirements/all.lock
	@$(COMPILE) $(MEMBERS:%=%/pyproject.toml) --group pyproject.toml:build -c requirements/all.lock $(OURS) -o requirements/run.lock
	@$(COMPILE) --group pyproject.toml:node -o requirements/node.lock
	@$(BIN)/python -m embedded.jars lock
	@for part in libs/sandbox $(wildcard services/*); do \
	  $(COMPILE) libs/common/pyproject.toml $$part/pyproject.toml -c requirements/all.lock $(OURS) -o requirements/$${part#*/}.lock; done

IMAGES := sandbox $(notdir $(wildcard services/*))
# Where images go and by which name: TOA_IMAGE_PREFIX=toa is this machine's own.
TOA_IMAGE_PREFIX ?= toa
TOA_RELEASE ?= dev
COMPOSE := docker compose --file deploy/compose/compose.yaml
DOCKER := @command -v docker >/dev/null && docker info >/dev/null 2>&1 || { echo "error: this needs Docker, and no engine answers"; exit 1; };

images: ## Build the images of all services and the sandbox with Docker
	$(DOCKER) for image in $(IMAGES); do \
	  docker build --file deploy/images/Dockerfile --target $$image --build-arg SERVICE=$$image --tag $(TOA_IMAGE_PREFIX)/$$image:$(TOA_RELEASE) . || exit 1; done

sbom: $(DEV) ## Write what each image holds (CycloneDX) into dist/sbom
	@mkdir -p dist/sbom
	@for image in $(IMAGES); do \
	  $(BIN)/cyclonedx-py requirements --output-reproducible --output-file dist/sbom/$$image.cdx.json requirements/$$image.lock || exit 1; done

up: $(RUN) ## Run the whole system in containers (make images first); http://127.0.0.1:8080
	$(DOCKER) $(BIN)/python -m deploy.secrets --compose .data/deploy/compose && TOA_IMAGE_PREFIX=$(TOA_IMAGE_PREFIX) TOA_RELEASE=$(TOA_RELEASE) $(COMPOSE) up --detach --wait

down: ## Stop the containers; what they keep stays
	$(DOCKER) TOA_IMAGE_PREFIX=$(TOA_IMAGE_PREFIX) $(COMPOSE) down

k8s-smoke: $(RUN) ## Deploy the dev overlay to the cluster of KUBECONFIG and do the main job there
	@$(BIN)/python -m deploy.smoke kubernetes

audit: $(DEV) ## Known weaknesses of everything that is shipped; needs the advisories' services
	@for lock in $(IMAGES); do $(BIN)/pip-audit --progress-spinner off --disable-pip --require-hashes -r requirements/$$lock.lock || exit 1; done
	@cd web && npm audit --omit=dev

clean: ## Remove everything installed and built; data in .data stays
	@rm -rf $(VENV) .cache web/node_modules web/dist tests/browser/node_modules $(LOOKER)/node_modules $(LOOKER)/dist
