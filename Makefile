# The commands of the project. Each installs the Debian packages that it needs and the machine lacks.
#
#   make demo    a mail server, a token server, the relay and two tenants on this machine: try it with telnet
#   make test    everything the tests need, then all tests
#   make bench   speed and memory, the relay's beside HAProxy, and of the servers in a cluster; writes docs/benchmarks*.md
#   make docs    the pages of docs that are made of the code
#   make lint    the format of the code
#   make format  puts the format right

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test bench docs lint format

CODE := Package.swift Sources Tests
BUILD := swift build --quiet

help:
	@sed -n 's/^#   /  /p' Makefile

demo:
	@scripts/packages build demo
	@echo 'Building (a few minutes the first time) ...'
	@$(BUILD) --product tproxy-relay
	@$(BUILD) --product tproxy-demo
	@exec "$$(swift build --show-bin-path)/tproxy-demo"

test:
	@scripts/packages build test
	@scripts/control-plane prepare
	swift build --build-tests
	scripts/check-linkage "$$(swift build --show-bin-path)"
	@# One after the other: many start servers of their own, and two processors would make their deadlines a lottery.
	swift test --skip-build --disable-xctest --no-parallel
	@# Postfix starts for root alone: what was skipped for that reason follows as root.
	@((EUID == 0)) || sudo -- "$$(swift build --show-bin-path)/tproxyPackageTests.xctest" \
		--testing-library swift-testing --no-parallel --filter WithMailServers

bench:
	@scripts/packages build bench test
	@scripts/control-plane prepare
	for server in relay admission manager; do $(BUILD) -c release --product "tproxy-$$server"; done
	Benchmarks/run "$$(swift build -c release --show-bin-path)/tproxy-relay"
	Benchmarks/admission "$$(swift build -c release --show-bin-path)/tproxy-admission"
	Benchmarks/controller "$$(swift build -c release --show-bin-path)"/tproxy-{manager,relay}

docs:
	@scripts/packages build
	swift build --build-tests
	@# Their tests compare each page with the code, and write it where they are asked to.
	TPROXY_WRITE_DOCS=1 swift test --skip-build --disable-xctest --filter '^(ConfigurationTests|DestinationRulesTests)'

lint:
	swift format lint --strict --parallel --recursive $(CODE)

format:
	swift format --in-place --parallel --recursive $(CODE)
