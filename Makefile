# The only list of commands. Everything needed is set up by them, in node_modules and .cache.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# Our own Node (the npm package `node`); where it could not be installed, the one that is there, if it is new enough.
NODE = $(shell test -x node_modules/.bin/node && echo node_modules/.bin/node || command -v node)
JEST = $(NODE) --experimental-vm-modules --disable-warning=ExperimentalWarning node_modules/jest/bin/jest.js

# With the plugin that `make images` built, where the machine has none.
COMPOSE = env $$(test -x .cache/docker/cli-plugins/docker-compose && echo DOCKER_CONFIG=$(CURDIR)/.cache/docker) docker compose

.PHONY: help
help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

node_modules/.package-lock.json: package.json package-lock.json $(wildcard packages/*/package.json services/*/package.json)
	npm ci --no-fund --no-audit
	@touch $@

.PHONY: setup
setup: node_modules/.package-lock.json ## install what the other commands need

.PHONY: demo
demo: setup ## the main job from end to end, in one process, without Docker
	@$(NODE) --disable-warning=ExperimentalWarning examples/demo/demo.ts

.PHONY: images
images: setup ## the images that the containers run from; stand-ins for the base images where no registry is reached
	@$(NODE) --disable-warning=ExperimentalWarning test/support/docker/prepare.ts

.PHONY: up
up: images ## the containers of docker-compose.yml: images built, everything healthy, the ready file written
	$(COMPOSE) up --build --detach --wait
	@node_modules/.bin/rolemint connect --project rolemint

.PHONY: down
down: ## end the containers; what they know stays in their volumes
	$(COMPOSE) --profile net-faults down
	@rm -f .rolemint/ready.json

.PHONY: test
test: setup ## every test that can run here; what lacks its program is skipped by name
	@$(NODE) --disable-warning=ExperimentalWarning test/support/run-tests.ts

.PHONY: clients
clients: setup ## every real client in containers, Java and Rust too; writes docs/clients.md
	@$(NODE) --disable-warning=ExperimentalWarning test/support/run-tests.ts --testMatch '**/test/clients/every-client.ts'

.PHONY: matrix
matrix: setup ## every real client under every preset; writes docs/sdk-matrix.md, in half an hour
	@$(NODE) --disable-warning=ExperimentalWarning test/support/run-tests.ts --testMatch '**/test/matrix/every-preset.ts'

.PHONY: check
check: setup ## types, lint, tidy rules
	node_modules/.bin/tsc -p .
	node_modules/.bin/biome check
	$(JEST) test/tidy.test.ts

.PHONY: bench
bench: setup ## the benchmarks, as ratios against the peers that are found or built
	@$(NODE) --disable-warning=ExperimentalWarning test/bench/bench.ts

.PHONY: docs
docs: setup ## write the generated pages anew
	$(NODE) --disable-warning=ExperimentalWarning packages/config/src/publish.ts
	$(NODE) --disable-warning=ExperimentalWarning test/support/fidelity.ts
	$(NODE) --disable-warning=ExperimentalWarning test/support/control-pages.ts
	$(NODE) --disable-warning=ExperimentalWarning test/support/fault-pages.ts
	$(NODE) --disable-warning=ExperimentalWarning test/support/recipes.ts

.PHONY: format
format: setup ## format the sources
	node_modules/.bin/biome check --write
