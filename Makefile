# One profile (--release) and one folder of build results for everything: docs/adr/0003-build-once.md.
export CARGO_TARGET_DIR ?= $(HOME)/.cache/fupin/target

.PHONY: help demo console test test-cluster test-browser test-crash test-api test-interfaces test-xlsform lint bench bench-accuracy clean-data
.DEFAULT_GOAL := help

help: ## what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 24

demo: ## a made-up county from its files to lists and a report
	@bash scripts/demo.sh

console: ## the made-up county in the browser, with accounts to try (after: make demo)
	@bash scripts/console.sh

test: ## all tests
	@bash scripts/test.sh

test-cluster: ## the tests with a scheduler and two executors (compiles the query engine once more)
	@CARGO_TARGET_DIR="$(CARGO_TARGET_DIR)-cluster" bash scripts/test.sh --package fupin --features cluster

test-browser: ## the service in a real browser (after: make demo)
	@bash scripts/browser.sh

test-crash: ## kills the service 50 times under mixed writes (after: make demo)
	@bash scripts/crash.sh

test-interfaces: ## partners, webhooks and submissions, with another implementation of the other side
	@bash e2e/interfaces.sh

test-xlsform: ## the forms for ODK and Kobo, read by pyxform
	@bash e2e/xlsform.sh

test-api: ## the API against its OpenAPI document, with schemathesis
	@bash e2e/api.sh

lint: ## form, the rules of the house, clippy
	@bash scripts/lint.sh

bench: ## speed at the size of the national register
	@bash bench/run.sh

bench-accuracy: ## our models against others on two real surveys (needs their data in ../shared/data)
	@bash bench/accuracy.sh

clean-data: ## remove what demo and benchmarks wrote
	rm -rf fupin-data bench-data
