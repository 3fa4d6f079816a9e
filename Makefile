# The commands of the project. Each installs the Debian packages that it needs and the machine lacks.
#
#   make demo    a mail server, a token server, the relay and two tenants on this machine: try it with telnet
#   make test    everything the tests need, then all tests
#   make e2e     only those on a whole cluster, which take some minutes: KUBECONFIG's, else one of their own
#   make chaos   messages while everything around the relay goes wrong: MESSAGES=100000 for longer, SEED=7 for the same again
#   make hostility  mail servers hostile at each stage in each way, and hostile clients, beside good mail: ROUNDS=10 for longer,
#                SEED=7 for the same again
#   make fuzz    inputs that nobody has thought of, for what reads strangers' octets: SECONDS=600 for longer
#   make sanitize the relay's tests with the thread sanitizer, those of OpenSSL, libcurl and libyaml with the address sanitizer
#   make image   an image of each server, as an archive in .build/images; needs no Docker
#   make dist    the plugin as people download it, in .build/dist: an archive, its checksum, krew's manifest
#   make bench   speed and memory, the relay's beside HAProxy, the servers in a cluster, the plugin beside kubectl; writes docs/benchmarks*.md
#                ROW=rate prints one row of the relay's; each of its samples is kept in Benchmarks/results
#   make docs    the pages of docs that are made of the code
#   make lint    the format of the code
#   make format  puts the format right

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test e2e chaos hostility fuzz sanitize image dist bench docs lint format

CODE := Package.swift Sources Tests Benchmarks
BUILD := swift build --quiet
# As it is shipped: with Swift's own libraries inside, for no distribution has those.
RELEASE := $(BUILD) -c release --static-swift-stdlib
BINARIES = "$$(swift build -c release --show-bin-path)"
SERVERS := tproxy-admission tproxy-manager tproxy-relay
TAG := dev
CLUSTER := $(or $(TPROXY_CLUSTER),../shared/cluster)
TESTS = "$$(swift build --show-bin-path)/tproxyPackageTests.xctest" --testing-library swift-testing --no-parallel

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
	@[[ ! -x $(CLUSTER)/up ]] || scripts/packages cluster
	@scripts/control-plane prepare
	swift build --build-tests
	scripts/check-linkage "$$(swift build --show-bin-path)"
	@# One after the other: many start servers of their own, and two processors would make their deadlines a lottery.
	swift test --skip-build --disable-xctest --no-parallel |& scripts/recap
	@# Postfix starts for root alone: what was skipped for that reason follows as root.
	@((EUID == 0)) || sudo --preserve-env -- $(TESTS) --filter 'WithMailServers|WithCluster|ImageTests' |& scripts/recap

e2e:
	@scripts/packages build test image
	@[[ -n $${KUBECONFIG:-} ]] || scripts/packages cluster
	$(BUILD) --build-tests
	@if ((EUID != 0)); then as_root=(sudo --preserve-env); fi; \
		TPROXY_E2E=yes "$${as_root[@]}" $(TESTS) --filter 'WithCluster|ImageTests' |& scripts/recap

chaos:
	@scripts/packages build test
	$(BUILD) --build-tests
	TPROXY_CHAOS_MESSAGES=$(or $(MESSAGES),20000) TPROXY_CHAOS_SEED=$(SEED) $(TESTS) --filter ChaosTests |& scripts/recap

hostility:
	@scripts/packages build test
	$(BUILD) --build-tests
	TPROXY_HOSTILITY_ROUNDS=$(or $(ROUNDS),1) TPROXY_HOSTILITY_SEED=$(SEED) \
		$(TESTS) --filter 'HostileMailServerTests|HostilityTests' |& scripts/recap

fuzz:
	@scripts/packages build
	@scripts/fuzz $(or $(SECONDS),60)

# What runs on several threads, and what hands memory to C.
sanitize:
	@scripts/packages build test
	$(BUILD) --build-tests --sanitize=thread --scratch-path .build/thread
	TSAN_OPTIONS='halt_on_error=1 suppressions=scripts/thread-sanitizer.supp' .build/thread/debug/tproxyPackageTests.xctest --testing-library swift-testing \
		--no-parallel --filter '^(RelayTests|UpstreamPoolTests|TLSTests|HTTPTransportTests|TelemetryTests)'
	$(BUILD) --build-tests --sanitize=address --scratch-path .build/address
	LSAN_OPTIONS=suppressions=scripts/address-sanitizer.supp .build/address/debug/tproxyPackageTests.xctest --testing-library swift-testing \
		--no-parallel --filter '^(TLSTests|HTTPTransportTests|YAMLTests|SMTPTests|FuzzTests)'

image:
	@scripts/packages build image
	@mkdir -p .build/images
	@for server in $(SERVERS); do \
		$(RELEASE) --product "$$server"; \
		scripts/image "$$server:$(TAG)" ".build/release/$$server" ".build/images/$$server.tar"; \
	done

dist:
	@scripts/packages build image
	$(RELEASE) --product kubectl-tproxy
	@scripts/dist "$$(swift build -c release --show-bin-path)/kubectl-tproxy" .build/dist

bench:
	@scripts/packages build bench
	for product in tproxy-relay tproxy-load; do $(RELEASE) --product "$$product"; done
ifdef ROW
	Benchmarks/run $(BINARIES)/tproxy-{relay,load} $(ROW:%=--row %)
else
	@scripts/packages test
	@scripts/control-plane prepare
	for product in kubectl-tproxy $(SERVERS); do $(RELEASE) --product "$$product"; done
	@# A target that is missed in one is no reason to leave out the others.
	status=0; \
		Benchmarks/run $(BINARIES)/tproxy-{relay,load} || status=1; \
		Benchmarks/admission $(BINARIES)/tproxy-admission || status=1; \
		Benchmarks/controller $(BINARIES)/tproxy-{manager,relay} || status=1; \
		Benchmarks/plugin $(BINARIES)/kubectl-tproxy || status=1; \
		exit $$status
endif

docs:
	@scripts/packages build
	swift build --build-tests
	@# Their tests compare each page with the code, and write it where they are asked to.
	TPROXY_WRITE_DOCS=1 swift test --skip-build --disable-xctest --filter '^(ConfigurationTests|DestinationRulesTests|ManifestsTests)'

lint:
	swift format lint --strict --parallel --recursive $(CODE)

format:
	swift format --in-place --parallel --recursive $(CODE)
