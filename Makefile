# Two commands do everything, each installing what it needs: make demo, make test.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test build check bench crash fuzz lab lint score prepare python clean

PACKAGES := libudev-dev libzmq3-dev libsqlite3-dev libqrencode-dev libpango1.0-dev libxlsxwriter-dev \
	fonts-wqy-microhei pkg-config
# What the tests read printed codes with.
TEST_PACKAGES := zbar-tools poppler-utils librsvg2-bin
PYTHON_PACKAGES := python3 python3-venv
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
INSTALL := $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get
# A target that imports what it has not declared is an error, also where an earlier build has made that module.
STRICT := --explicit-target-dependency-import-check error
SECONDS_OF_DEMO ?=
# More for the demo: make demo DEMO_OPTIONS='--language en --pace 100'.
DEMO_OPTIONS ?=
N ?= 1000
FUZZ_N ?= 1000000

help: ## This list.
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: prepare ## A small plant's day in ninety seconds, without any hardware. Ctrl-C ends it.
	swift build --product gatehouse
	exec .build/debug/gatehouse demo $(if $(SECONDS_OF_DEMO),--seconds $(SECONDS_OF_DEMO)) $(DEMO_OPTIONS)

test: build python ## Build everything and run every test.
	swift test $(STRICT) --skip-build --no-parallel
	GATEHOUSE_BIN=$(CURDIR)/.build/debug/gatehouse .venv/bin/python -m pytest -q Tests/Python

build: prepare
	swift build --build-tests $(STRICT)

lint: ## The formatter's rules, strictly.
	swift format lint --strict --recursive --configuration .swift-format Package.swift Sources Tests drivers protocols

bench: prepare python ## Measure, beside a baseline in C that runs in the same minute.
	swift build -c release --static-swift-stdlib --product gatehouse
	swift build -c release --static-swift-stdlib --product DecoderProbe
	swift build -c release --static-swift-stdlib --product JournalProbe
	.venv/bin/python Tests/Benchmarks/bench.py --gatehouse .build/release/gatehouse

score: prepare ## Precision, recall, delay and false alarms of each alert code, on months nothing was tuned on.
	swift build -c release --product gatehouse-score
	.build/release/gatehouse-score

fuzz: prepare ## Give each wire and each driver a million hostile inputs (make fuzz FUZZ_N=1000000).
	swift build -c release --static-swift-stdlib --product gatehouse-fuzz
	.build/release/gatehouse-fuzz --inputs $(FUZZ_N)

lab: prepare python ## Plug scanners into a virtual machine with the kernel's own USB drivers.
	swift build -c release --static-swift-stdlib --product gatehouse
	Tests/USBLab/lab build
	GATEHOUSE_BIN=$(CURDIR)/.build/release/gatehouse .venv/bin/python -m pytest -q Tests/USBLab

crash: build python ## Kill the daemon N times while devices stream (make crash N=1000).
	GATEHOUSE_BIN=$(CURDIR)/.build/debug/gatehouse .venv/bin/python Tests/Python/crash.py --kills $(N)

# What the build needs of the system. Nothing is asked, and nothing installed that is there.
prepare:
	@pkg-config --exists libudev libzmq sqlite3 libqrencode pangocairo xlsxwriter 2>/dev/null \
		|| { $(INSTALL) update -qq && $(INSTALL) install -y -qq $(PACKAGES); }

# The parts that others wrote, for the tests: pyzmq, pyzk, the CloudEvents SDK.
python: .venv/installed

.venv/installed: Tests/Python/requirements.txt
	@python3 -c 'import venv, ensurepip' 2>/dev/null \
		|| { $(INSTALL) update -qq && $(INSTALL) install -y -qq $(PYTHON_PACKAGES); }
	@command -v zbarimg >/dev/null && command -v pdftotext >/dev/null && command -v rsvg-convert >/dev/null \
		|| { $(INSTALL) update -qq && $(INSTALL) install -y -qq $(TEST_PACKAGES); }
	python3 -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check -r Tests/Python/requirements.txt
	touch $@

clean: ## Remove what was built.
	rm -rf .build .venv
