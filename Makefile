# GNU make. Plain `make` lists the targets; each does its own set-up, and only what is still missing.

PYTHON ?= python3
PYTEST_ARGS ?=
# How many processes share the suite. A part runs in one: it starts at once, and --pdb and -s work.
TEST_PROCESSES ?= $(if $(strip $(PYTEST_ARGS)),0,logical)
FUZZ_SECONDS ?= 60
HEADERS ?= 100000000
DUPLEX_EXAMPLES ?= 1500
PYNET_WERROR ?= 1
export PYTHON PYNET_WERROR
MAKEFLAGS += --no-print-directory

PY := .venv/bin/python
# -P: the package comes from where the environment says, not from the current directory.
PYTEST := $(PY) -P -m pytest
# A file runs in one process, since its fixtures may be dear. tests/conftest.py says in which order.
SHARED := $(if $(filter 0,$(TEST_PROCESSES)),,-n $(TEST_PROCESSES) --maxprocesses=16 --dist loadfile --no-loadscope-reorder)
# What tools/setup.sh found out, above all a local libuv.
RUN := . build/env.sh &&
C_FILES := $(shell find csrc bench tests/core -name '*.[ch]' 2> /dev/null | sort)
SOURCES := $(sort $(filter csrc/%,$(C_FILES)))
SUITE ?= speed
WHEEL_PYTHONS ?=
WHEEL_PLATFORMS ?=
SEED ?= 1
COUNT ?= 500
SUITES := $(sort $(basename $(notdir $(wildcard bench/suites/[a-z]*.py))))

.DEFAULT_GOAL := help
.PHONY: help demo test build lint format cross windows windows-msvc windows-wheel windows-wheel-test test-windows core-test fuzz fuzz-headers asan coverage bench $(SUITES:%=bench-%) .known-suite \
	soak costs cli-files aio-libraries conformance-hosts sdist wheel wheel-roots wheel-test matrix release-check conformance-record conformance-windows differential \
	differential-record docs docs-links lint-workflows hooks address-files clean distclean FORCE

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*##  *\(.*\)/\1|\2/p' Makefile | awk -F'|' '{ printf "make %-19s %s\n", $$1, $$2 }'

demo: build  ## an echo server and a client talk over TCP and over a unix socket
	@$(RUN) $(PY) examples/echo_demo.py

test: build .venv/.test  ## the whole test suite, on all processors (PYTEST_ARGS="-k name" for a part, on one)
	@$(RUN) $(PYTEST) $(SHARED) $(PYTEST_ARGS)

build: build/.built  ## the extension, in place, for .venv (PYTHON=python3.12 for another Python)

lint: .venv/.lint  ## check style and types; changes nothing
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/clang-format --dry-run -Werror $(C_FILES)
	@.venv/bin/mypy

WORKFLOWS := $(sort $(wildcard .github/workflows/*.yml))
ISSUE_LINKS := .github/ISSUE_TEMPLATE/config.yml
SCHEMA := .venv/bin/check-jsonschema -q --builtin-schema

lint-workflows: .venv/.workflows  ## check the workflows, the issue forms and the like; changes nothing, asks no network
	@.venv/bin/actionlint -shellcheck .venv/bin/shellcheck $(WORKFLOWS)
	@.venv/bin/zizmor -q --offline --strict-collection --persona=auditor .github
	@$(SCHEMA) vendor.github-workflows $(WORKFLOWS)
	@$(SCHEMA) vendor.dependabot .github/dependabot.yml
	@$(SCHEMA) vendor.github-issue-forms $(filter-out $(ISSUE_LINKS),$(wildcard .github/ISSUE_TEMPLATE/*.yml))
	@$(SCHEMA) vendor.github-issue-config $(ISSUE_LINKS)
	@$(SCHEMA) vendor.citation-file-format CITATION.cff
	@.venv/bin/pre-commit validate-config

hooks: .venv/.lint .venv/.workflows  ## git runs the linters before each commit
	@.venv/bin/pre-commit install

format: .venv/.lint  ## rewrite the sources in the project's style
	@.venv/bin/ruff check -q --fix-only .
	@.venv/bin/ruff format .
	@.venv/bin/clang-format -i $(C_FILES)

fuzz: build .venv/.test  ## random lives of two sockets, then libFuzzer on csrc/core (FUZZ_SECONDS=60 each, FUZZ_ARGS="--keep name")
	@$(RUN) DUPLEX_EXAMPLES=$(DUPLEX_EXAMPLES) $(PYTEST) -q tests/stream/test_duplex_model.py --timeout=0 -o faulthandler_timeout=0
	@$(RUN) $(PY) tests/core/fuzz.py --seconds $(FUZZ_SECONDS) $(FUZZ_ARGS)

fuzz-headers: .venv/.build  ## made PROXY headers, optimised (HEADERS=100000000, FUZZ_ARGS="--seed 2 --sanitize")
	@$(RUN) $(PY) tests/core/fuzz.py --headers $(HEADERS) $(FUZZ_ARGS)

cross: .venv/.cross  ## compile csrc for musl, an old glibc, macOS and FreeBSD
	@$(RUN) $(PY) tools/cross.py

windows: .venv/.build  ## the extension for Windows, by mingw-w64, in place (WINDOWS_KEEP_GOING=1 lists all files that fail)
	@bash tools/windows.sh
	@$(PY) tools/windows.py $(if $(filter-out 0,$(WINDOWS_KEEP_GOING)),--keep-going)

windows-msvc: .venv/.wheels  ## csrc for Windows through clang in its mode for MSVC: errors and warnings, no objects
	@bash tools/windows.sh msvc
	@$(PY) tools/windows_msvc.py

WINDOWS_ARCH ?= x86_64
windows-wheel: .venv/.wheels  ## the wheel for Windows, by zig, into dist (WINDOWS_ARCH=arm64 for another processor)
	@bash tools/windows.sh
	@$(PY) tools/windows.py --zig $(WINDOWS_ARCH)
	@$(PY) tools/windows_wheel.py --arch $(WINDOWS_ARCH)

windows-wheel-test: .venv/.build  ## the demo with that wheel for x86-64, under wine
	@bash tools/windows.sh
	@$(PY) tools/windows_wheel.py --try

test-windows: windows  ## the tests on CPython for Windows, under wine (PYTEST_ARGS=tests/server for a part)
	@bash tools/windows.sh test
	@$(PY) tools/windows_test.py $(PYTEST_ARGS)

core-test: .venv/.build  ## the C tests of csrc/core, under the sanitizers
	@$(RUN) $(PY) tests/core/build_and_run.py

asan: .venv/.test  ## the test suite on an extension built with ASan and UBSan
	@$(RUN) PYNET_SANITIZE=1 $(PY) setup.py -q build --build-lib build/asan --build-temp build/asan-temp
	@$(RUN) bash tools/asan.sh $(PYTEST_ARGS)

coverage: .venv/.test .venv/.coverage  ## which lines and branches of csrc the tests run
	@$(RUN) PYNET_COVERAGE=1 $(PY) setup.py -q build --build-lib build/coverage --build-temp build/coverage-temp
	@$(RUN) bash tools/coverage.sh $(PYTEST_ARGS)

bench: .known-suite build .venv/.bench  ## speed beside uvloop, asyncio, Node and libuv, or SUITE=NAME of bench/suites
	@$(if $(filter instr memory,$(SUITE)),,bash tools/node.sh --optional)
	@for name in $(if $(filter addresses,$(SUITE)),pytricia py-radix); do \
		$(PY) -m pip install -qq --disable-pip-version-check $$name || \
			echo "$$name could not be installed: it is left out" >&2; done
	@$(RUN) $(PY) bench $(SUITE) $(BENCH_ARGS)

.PHONY: bench-record bench-plots
bench-record: build .venv/.bench  ## measure, and keep the numbers in bench/recorded (half an hour; RECORD_ARGS=--quick)
	@bash tools/node.sh --optional
	@$(PY) -m pip install -qq --disable-pip-version-check pytricia py-radix || echo "they are left out" >&2
	@$(RUN) $(PY) bench/record.py $(RECORD_ARGS)

bench-plots:  ## draw the plots and tables of docs/performance.md from the newest numbers of bench/recorded
	@$(PYTHON) bench/plots.py

# bench-NAME is short for bench SUITE=NAME.
$(SUITES:%=bench-%): bench-%:
	@$(MAKE) bench SUITE=$*

.known-suite:
	@:$(if $(filter $(SUITE),$(SUITES)),,$(error no suite "$(SUITE)" in bench/suites; there are: $(SUITES)))

soak: build .venv/.test  ## thousands of connections at once, 100,000 in turn: no leak, no error
	@$(RUN) $(PY) tests/stress/soak.py
	@$(RUN) $(PY) tests/stress/soak_cluster.py
	@$(RUN) $(PY) tests/stress/soak_tls.py 10000 tcp
	@$(RUN) $(PY) tests/stress/soak_tls.py 10000 unix

costs: build .venv/.test .venv/.bench  ## what thousands of one kind cost, in instructions: no more than linear
	@$(RUN) $(PY) -m pytest -q -p no:cacheprovider tests/stress/costs.py

aio-libraries: build  ## the tests of two libraries for asyncio's streams, over pynet's
	@bash tools/aio_libraries.sh

conformance-hosts: build .venv/.test  ## the conformance scenarios, all of them attached to asyncio's and uvloop's loops, too
	@$(RUN) CONFORMANCE_ALL=1 $(PYTEST) -q tests/conformance/test_conformance.py $(PYTEST_ARGS)

docs: build .venv/.docs  ## the documentation as a site, in build/docs/site; every warning is an error
	@$(RUN) $(PY) tools/docs_names.py
	@$(PY) tools/docs_prose.py
	@$(PY) tools/docs_site.py

docs-links: .venv/.docs  ## does what the documentation links to elsewhere still answer?
	@$(PY) tools/docs_site.py links

sdist: .venv/.wheels  ## the source distribution, with libuv inside, in dist
	@$(PY) tools/wheels.py --sdist

wheel: .venv/.wheels  ## sdist and wheels in dist: glibc and musl, x86-64 and arm64 (WHEEL_PYTHONS="python3.12 ...")
	@$(PY) tools/wheels.py $(WHEEL_PYTHONS:%=--python %) $(WHEEL_PLATFORMS:%=--platform %)

DEBIAN_PYTHONS ?= python3.13 python3.14 python3.15
wheel-roots:  ## wheels of the CPythons of Debian 13 and sid, into dist (as root; DEBIAN_PYTHONS=python3.14 for one)
	@for python in $(DEBIAN_PYTHONS); do bash tools/wheel_root.sh $$python $(WHEEL_PLATFORMS) || exit 1; done

WHEEL_TAGS ?= cp311
wheel-test:  ## dist's sdist and wheels for glibc, each in a bare Debian (as root; WHEEL_TAGS="cp311 cp313 cp314 cp315")
	@for archive in dist/pynet_uv-*.tar.gz $(WHEEL_TAGS:%=dist/pynet_uv-*-%-manylinux*.whl); do \
		bash tools/clean_root.sh $$archive || exit 1; done

MATRIX ?= python3.11 python3.13 python3.14 python3.15
matrix:  ## the test suite in Debian 12, 13 and sid, with their CPythons and libuvs (as root; MATRIX=python3.15 for one)
	@for python in $(MATRIX); do bash tools/matrix.sh $$python $(PYTEST_ARGS) || exit 1; done

address-files: .venv/.build  ## write what names the project's addresses anew, from release.toml: SECURITY.md and others
	@$(PY) tools/address_files.py

release-check: build .venv/.release .venv/.wheels  ## is dist fit to be released? Version, change log, addresses, archives, stubs, docs
	@$(PY) tools/release_check.py

cli-files: build .venv/.test  ## write the man page and the shells' completions anew, from the parser of the command line
	@$(RUN) $(PY) tools/cli_files.py

conformance-record: .venv/.build  ## run the conformance scenarios on real Node and store what it does
	@bash tools/node.sh
	@$(RUN) $(PY) tests/conformance/record.py
	@$(RUN) $(PY) tests/conformance/addresses.py
	@$(RUN) $(PY) tests/conformance/decoder.py

conformance-windows: .venv/.build  ## run the scenarios on Node for Windows under wine, and store what it does (half an hour)
	@bash tools/windows.sh
	@bash tools/node.sh --windows
	@$(PY) tests/conformance/record.py --windows --runs 3

differential: build  ## random scenarios on real Node and on pynet: what differs (SEED=1 COUNT=500, INDEX=7 for one of them)
	@bash tools/node.sh
	@$(RUN) $(PY) tests/differential/differential.py --seed $(SEED) --count $(COUNT) $(if $(INDEX),--index $(INDEX)) \
		$(DIFFERENTIAL_ARGS)

differential-record: build  ## record the random scenarios that the suite runs, and what real Node does in them
	@bash tools/node.sh
	@$(RUN) $(PY) tests/differential/differential.py --record

clean:  ## remove what was built
	rm -rf build dist *.egg-info pynet/*.so .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

distclean: clean  ## remove what was downloaded as well
	rm -rf .venv .deps .node vendor

# --- files ---

# The flags and the list of sources: rewritten only when they have changed, which rebuilds.
build/.flags: FORCE
	@mkdir -p build
	@echo '$(foreach v,CC CFLAGS LDFLAGS PYNET_LIBUV PYNET_SYSTEM_LIBUV PYNET_LTO PYNET_WERROR PYNET_DEBUG PYNET_SANITIZE PYNET_COVERAGE \
		PYNET_CFLAGS,$(v)=$($(v))) $(SOURCES)' > $@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

build/.built: .venv/.build build/.flags setup.py $(SOURCES)
	@$(RUN) $(PY) setup.py -q build_ext --inplace
	@touch $@

# tools/setup.sh touches these files only when it has installed something. One after the other, or two would
# make the same .venv at once.
.venv/.build: FORCE
	@bash tools/setup.sh build
STAMPS := test lint bench coverage cross wheels release docs workflows
$(STAMPS:%=.venv/.%): .venv/.%: FORCE | .venv/.build
	@bash tools/setup.sh $*

FORCE:
