# Mado. `make run` builds and starts a demonstration server, `make test` checks everything.

SWIFT ?= swift
DATA ?= data
LISTEN ?= https://127.0.0.1:8443
SERVER_NAME ?= localhost
# The second server: where it listens, behind the first, and where people reach it.
ARCADE ?= http://127.0.0.1:8450
ARCADE_URL ?= $(LISTEN)/second/arcade/

.PHONY: run build test lint unit-test integration-test bench format packages clean

# Where there is a display, Mado's desktop program opens beside the server once that answers; without one, nothing that
# only the desktop needs is installed or built.
run: build
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then $(MAKE) --no-print-directory desktop-build; fi
	@scripts/run-demonstration .build/release '$(DATA)' '$(SERVER_NAME)' '$(LISTEN)' '$(ARCADE)' '$(ARCADE_URL)'

build: packages calls-packages
	@$(SWIFT) build -c release --static-swift-stdlib --product mado
	@$(SWIFT) build -c release --static-swift-stdlib --product mado-thumbnailer
	@$(SWIFT) build -c release --static-swift-stdlib --product mado-arcade
	@$(SWIFT) build -c release --product mado-launcher

# Mado's desktop program alone; PROFILE=NAME for another person beside the first. It offers SERVER, or the demonstration
# server of `make run`.
desktop: desktop-build
	@authority='$(DATA)/certificates/ca.crt'; server='$(SERVER)'; \
	if [ -z "$$server" ] && [ -f "$$authority" ]; then server='$(LISTEN)'; else authority=; fi; \
	exec .build/release/mado-desktop $(if $(PROFILE),--profile '$(PROFILE)') \
		$${server:+--server "$$server"} $${authority:+--authority "$$authority"}

desktop-build:
	@scripts/install-packages desktop
	@$(SWIFT) build -c release --static-swift-stdlib --product mado-desktop
	@$(SWIFT) build -c release --product mado-pages
	@$(MAKE) --no-print-directory locale

# The desktop program's texts in other languages, linked beside the programs, where these look for them.
# scripts/extract-texts brings po/ up to date with the sources.
catalogues := $(patsubst po/%.po,.build/locale/%/LC_MESSAGES/mado-desktop.mo,$(wildcard po/*.po))

locale: $(catalogues)
	@for configuration in debug release; do \
		folder=$$($(SWIFT) build -c $$configuration --show-bin-path) || exit 1; \
		mkdir -p "$$folder" && ln -sfnr .build/locale "$$folder/locale" || exit 1; \
	done

.build/locale/%/LC_MESSAGES/mado-desktop.mo: po/%.po
	@mkdir -p $(@D)
	@msgfmt -o $@ $<

.PHONY: desktop desktop-build locale

# Everything that decides whether a change is good.
test: test-packages lint unit-test integration-test desktop-test

lint:
	$(SWIFT) format lint --strict --recursive --parallel Package.swift Sources Tests Fuzz
	scripts/extract-texts --check

# As many at once as have each a server or a client of its own without waiting for the others: begun all together, on a
# small machine, each would wait for a thousand more before it is heard.
unit-test:
	$(SWIFT) build --build-tests
	timeout 1200 $(SWIFT) test --skip-build --experimental-maximum-parallelization-width 16

integration-test:
	$(SWIFT) build --product mado
	$(SWIFT) build --product mado-thumbnailer
	$(SWIFT) build --product mado-launcher
	$(SWIFT) build --product mado-client-probe
	$(SWIFT) build --product mado-arcade
	Tests/Integration/run "$$($(SWIFT) build --show-bin-path)/mado"

# The desktop program on a screen that nobody sees, by its accessibility.
desktop-test: locale
	$(SWIFT) build --product mado
	$(SWIFT) build --product mado-desktop
	$(SWIFT) build --product mado-arcade
	$(SWIFT) build --product mado-pages
	Tests/Desktop/run "$$($(SWIFT) build --show-bin-path)/mado" "$$($(SWIFT) build --show-bin-path)/mado-desktop"

# The pictures of docs/desktop.md.
pictures: pictures-packages locale
	$(SWIFT) build --product mado
	$(SWIFT) build --product mado-desktop
	$(SWIFT) build --product mado-arcade
	$(SWIFT) build --product mado-pages
	Tests/Desktop/run "$$($(SWIFT) build --show-bin-path)/mado" "$$($(SWIFT) build --show-bin-path)/mado-desktop" \
		--pictures docs/screenshots

# Calls through address translation, proxies, into another network and over what breaks, and conferences: more than two
# minutes. As root.
test-network: test-packages locale
	$(SWIFT) build --product mado
	$(SWIFT) build --product mado-desktop
	Tests/Desktop/run "$$($(SWIFT) build --show-bin-path)/mado" "$$($(SWIFT) build --show-bin-path)/mado-desktop" --network

# All tables of docs/desktop-calls.md: those networks measured for longer, lines that lose packets, four people, a
# conference of ten. As root.
call-figures: test-packages locale
	$(SWIFT) build --product mado
	$(SWIFT) build --product mado-desktop
	$(SWIFT) build --product mado-client-probe
	MEASURE_SECONDS=15 Tests/Desktop/run "$$($(SWIFT) build --show-bin-path)/mado" \
		"$$($(SWIFT) build --show-bin-path)/mado-desktop" --network
	Tests/Desktop/run "$$($(SWIFT) build --show-bin-path)/mado" "$$($(SWIFT) build --show-bin-path)/mado-desktop" --call-figures

.PHONY: desktop-test pictures test-network call-figures

# All measurements, into bench/results.md; `make bench ONE=small` only one of them, not kept. Synapse, beside which some
# are made, is installed in a folder of its own.
synapse := .build/synapse/bin/synapse_homeserver

bench: bench-packages $(synapse)
	$(SWIFT) build -c release --static-swift-stdlib --product mado
	$(SWIFT) build -c release --static-swift-stdlib --product mado-arcade
	$(SWIFT) build -c release --static-swift-stdlib --product mado-bench
	@mkdir -p bench
	.build/release/mado-bench --folder .build --synapse $(synapse) $(if $(ONE),$(ONE),all --results bench/results.md)

$(synapse):
	python3 -m venv .build/synapse
	.build/synapse/bin/pip install --quiet matrix-synapse

# The desktop program beside nheko, into bench/results-desktop.md.
.PHONY: bench-desktop
bench-desktop: clients-packages desktop-build build
	bench/desktop .build/release/mado .build/release/mado-desktop --results bench/results-desktop.md

format:
	$(SWIFT) format --in-place --recursive --parallel Package.swift Sources Tests Fuzz

packages:
	@scripts/install-packages build

# What calls need beside the program.
.PHONY: calls-packages
calls-packages:
	@scripts/install-packages calls

# Every operation of the specification's OpenAPI files, into docs/conformance.md; SPECIFICATION is the folder `data` of
# the public repository matrix-org/matrix-spec.
.PHONY: conformance
conformance: test-packages
	$(SWIFT) build --product mado
	$(SWIFT) build --product mado-thumbnailer
	$(SWIFT) build --product mado-launcher
	Tests/Conformance/run "$$($(SWIFT) build --show-bin-path)/mado" $(SPECIFICATION)

# Real clients, driven on a screen that nobody sees (docs/clients.md). Not part of `make test`: their packages are large.
# PICTURES=FOLDER keeps pictures; CONVERSATIONS="nheko" runs only one.
clients: clients-packages
	$(SWIFT) build --product mado
	$(SWIFT) build --product mado-desktop
	$(SWIFT) build --product mado-thumbnailer
	$(SWIFT) build --product mado-launcher
	$(SWIFT) build --product mado-arcade
	$(SWIFT) build --product mado-pages
	Tests/Clients/run "$$($(SWIFT) build --show-bin-path)/mado" $(CONVERSATIONS)

.PHONY: clients clients-packages
clients-packages:
	@scripts/install-packages clients

.PHONY: test-packages pictures-packages bench-packages
test-packages:
	@scripts/install-packages test

pictures-packages:
	@scripts/install-packages pictures

bench-packages:
	@scripts/install-packages bench

clean:
	rm -rf .build
