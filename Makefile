# What there is to do here. PYTHON=... picks the interpreter (default: the newest supported one found);
# ONLY=... narrows; DEBUG=1 builds with debug checks.

export PYTHON DEBUG SANITIZE
PREPARE = python=$$(tools/prepare) || exit 1;
SHELL = /bin/sh

.PHONY: help build demo test bench bless asan fuzz conformance packages lint clean

help:
	@echo "make demo         real programs, Jitney off against on"
	@echo "make test         all tests               (ONLY=tests/programs or any pytest argument)"
	@echo "make bench        the benchmark table     (ONLY=name, SUITE=pyperformance, SUITE=neutral)"
	@echo "make build        build and install into a virtual environment; prints its python"
	@echo "make bless        rewrite expectations    (ONLY=tests/opt/fold)"
	@echo "make asan         the text tests with jn under sanitizers"
	@echo "make fuzz         the fuzzers, for SECONDS (60) each  (ONLY=programs or native, SEED=...)"
	@echo "make conformance  CPython's own tests, off against on (ONLY='test_list test_dict', CHOICE=ci)"
	@echo "make packages     test suites of packages from PyPI, off against on (ONLY='jinja2 numpy')"
	@echo "make lint         the repository's rules, and the checkers that are installed"
	@echo "All take PYTHON=python3.14 and DEBUG=1."

build:
	@tools/prepare

demo:
	@$(PREPARE) "$$python" bench/run.py --demo

test:
	@$(PREPARE) "$$python" -m pytest $(ONLY)

bench:
	@$(PREPARE) case "$(SUITE)" in \
	  pyperformance) "$$python" bench/pyperformance.py $(ONLY) ;; \
	  neutral) "$$python" bench/neutral.py $(ONLY) ;; \
	  "") "$$python" bench/run.py $(ONLY) ;; \
	  *) echo "jitney: there is no suite $(SUITE); there are pyperformance and neutral" >&2; exit 2 ;; \
	esac

bless:
	@$(PREPARE) JITNEY_BLESS=1 "$$python" -m pytest $(ONLY)

asan:
	@export DEBUG=1 SANITIZE=1; $(PREPARE) dir=$$(basename "$$(dirname "$$(dirname "$$python")")"); \
	JN="build/$${dir#.venv-}/jn" "$$python" -m pytest $(or $(ONLY),tests/ir tests/opt tests/codegen)

fuzz:
	@tools/fuzz "$(or $(SECONDS),60)" "$(or $(ONLY),all)" $(SEED)

conformance:
	@$(PREPARE) "$$python" tests/conformance/run.py $(ONLY)

packages:
	@$(PREPARE) "$$python" tests/packages/run.py $(ONLY)

lint:
	@tools/lint

clean:
	rm -rf build .venv-*
