# The commands of this repository. `make help` lists them; each works from a fresh clone.
PYTHON  ?= python3
VENV    ?= .venv
PORT    ?= 8000
WORKERS ?= auto
PART    ?= test

BIN      := $(VENV)/bin
PIP      := $(BIN)/python -m pip --disable-pip-version-check
CHAPTERS := $(sort $(wildcard book/chapters/*.ipynb))
SITE     := _build/html/index.html
# -W: a warning fails the build; -n: so does a broken reference; --keep-going: show them all.
BOOK     := $(BIN)/jupyter-book build . -W -n --keep-going
NBVAL    := $(BIN)/python -m pytest --nbval --nbval-current-env --nbval-cell-timeout=120 \
            -W default -n $(WORKERS) --dist loadscope
# Universal: one file for every platform and every Python from 3.11 on; no index, no path of this machine.
LOCK     := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
            --custom-compile-command "make lock"
COVERAGE := $(BIN)/coverage
PAGES    := nnkit/plots/*,nnkit/explore/*,nnkit/course/*
PYTHONS  := 3.11 3.12 3.13 3.14
STAGES   := lint unit notebooks book site
LINT     := lint-style lint-format lint-scripts lint-types lint-spelling lint-chapters

# One BLAS thread: the same sums in the same order, and no fight over the cores.
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
# A kernel draws inside the notebook; a back end inherited from the shell would lose the figures.
unexport MPLBACKEND

.DEFAULT_GOAL := help
.PHONY: help install install-test book zip serve page notebooks states batches lint format lock clean set-repository \
        test test-lint test-unit test-notebooks test-book test-site \
        lint-style lint-format lint-scripts lint-types lint-spelling lint-chapters \
        coverage coverage-pages oracle mutants bench-explorers bench-parts bench-steps \
        lanes lane-blas lane-colab lane-oldest lane-newest lane-python lane-firefox lane-states

help: ## List these commands
	@echo "Commands (make <command>):"
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-16s %s\n", $$1, $$2}' Makefile
	@echo
	@echo "Options: CHAPTER=03 (page, notebooks), PORT=8000 (serve), PART=train (batches), PYTHON=python3.12 (a new $(VENV))"

# --- Environment: a stamp per lock, so that a second run installs nothing ---------------------------

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
	  echo "make: $(PYTHON) was not found. Install Python 3.11 or later, or name it: make book PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "make: the book needs Python 3.11 or later, and $(PYTHON) is $$($(PYTHON) -V 2>&1)."; \
	  echo "      Install a later one, or name it: make book PYTHON=python3.12"; exit 1; }
	@echo "Creating $(VENV) with $$($(PYTHON) -V 2>&1)"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "make: $(PYTHON) cannot make a virtual environment; on Debian and Ubuntu: apt install python3-venv"; exit 1; }

$(VENV)/.book-installed: requirements.lock pyproject.toml | $(BIN)/python
	$(PIP) install -r requirements.lock
	$(PIP) install --no-deps --editable .
	@touch $@

$(VENV)/.test-installed: requirements-test.lock $(VENV)/.book-installed
	$(PIP) install -r requirements-test.lock
	@touch $@

install: $(VENV)/.book-installed ## Make .venv with what the book needs

install-test: $(VENV)/.test-installed ## Add what the tests need

# --- The book --------------------------------------------------------------------------------------

book: $(VENV)/.book-installed ## Run every chapter and build _build/html/index.html
	$(BOOK)
	@$(BIN)/python -c 'import pathlib; p = pathlib.Path("$(SITE)").resolve(); \
	  print(f"\nThe book is built. Open it in a browser:\n  {p}\n  {p.as_uri()}")'

zip: $(VENV)/.book-installed ## Build the book and, beside its pages, an archive of them that opens offline
	NNKIT_BOOK_ZIP=1 $(BOOK)
	@$(BIN)/python -c 'import pathlib; (p,) = pathlib.Path("_build/html").glob("*.zip"); \
	  print(f"\nThe whole book in one file, {p.stat().st_size / 1e6:.1f} MB:\n  {p.resolve()}")'

serve: ## Serve the built book on http://localhost:8000 (PORT=...)
	@test -f $(SITE) || { echo "make: there is no $(SITE) yet; run: make book"; exit 1; }
	@echo "The book is at http://localhost:$(PORT)/ (stop with Ctrl-C)"
	@$(BIN)/python -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html

page: $(VENV)/.book-installed ## Build one chapter, fast: CHAPTER=03 (explorers show one state)
	@chapter=$$($(BIN)/python tools/notebooks.py find --one "$(CHAPTER)") && \
	  NNKIT_EXPLORER_FRAMES=0 $(BIN)/jupyter-book build "$$chapter" --config _config.yml --path-output _build/page && \
	  echo "Built alone, a page cannot resolve its links to others: make book checks them."

notebooks: $(VENV)/.book-installed ## Run chapters again and store their outputs (CHAPTER=03 for one)
	@chapters=$$($(BIN)/python tools/notebooks.py find "$(CHAPTER)") && \
	  $(BIN)/python tools/notebooks.py run $$chapters

states: $(VENV)/.test-installed ## Write the tables of explorers' states again (CHAPTER=03 for one)
	@chapters=$$($(BIN)/python tools/notebooks.py find "$(CHAPTER)") && \
	  $(BIN)/python tools/states.py $$chapters

batches: $(VENV)/.book-installed ## Time batch sizes on digits and MNIST again; downloads it, or reads NNKIT_DATA (PART=train)
	$(BIN)/python benchmarks/batches.py digits
	$(BIN)/python benchmarks/batches.py mnist --part $(PART)

# --- Everything that must hold on every change ------------------------------------------------------

test: $(VENV)/.test-installed ## Check everything: lint, unit tests, notebooks, book, site (10 minutes)
	@red=""; \
	for stage in $(STAGES); do \
	  echo; echo "== $$stage"; \
	  if [ $$stage = site ] && [ "$${red%book}" != "$$red" ]; then \
	    echo "site: not tested, because the book was not built"; red="$$red site"; \
	  elif ! $(MAKE) --no-print-directory test-$$stage; then red="$$red $$stage"; fi; \
	done; \
	echo; \
	if [ -n "$$red" ]; then echo "make test: FAILED in:$$red"; exit 1; fi; \
	echo "make test: every stage passed ($(STAGES))"

test-lint: lint

test-unit: $(VENV)/.test-installed ## Unit tests and doctests
	$(BIN)/python -m pytest nnkit tests --ignore=tests/site --ignore=tests/book -n $(WORKERS) --dist loadscope

test-notebooks: $(VENV)/.test-installed ## Run every chapter and compare with its stored outputs
	NNKIT_EXPLORER_FRAMES=0 $(NBVAL) $(CHAPTERS)

test-book: book $(VENV)/.test-installed ## Build the book, and test what builds it
	$(BIN)/python -m pytest tests/book -n $(WORKERS) --dist loadscope

test-site: $(VENV)/.test-installed ## Drive the built site in a browser
	$(BIN)/python -m pytest tests/site -n $(WORKERS) --dist loadfile

lint: $(VENV)/.test-installed ## Style, types, spelling, and the chapters' rules
	@red=""; \
	for check in $(LINT); do \
	  echo "-- $$check"; $(MAKE) --no-print-directory $$check || red="$$red $$check"; \
	done; \
	test -z "$$red" || { echo "make lint: FAILED in:$$red"; exit 1; }

lint-style:
	@$(BIN)/ruff check . --output-format concise

lint-format:
	@$(BIN)/ruff format --check --output-format concise .

lint-scripts:
	@$(BIN)/oxlint --deny-warnings nnkit/explore/static tools/book_extension/static

lint-types:
	@$(BIN)/mypy

lint-spelling:
	@$(BIN)/codespell

lint-chapters:
	@$(BIN)/python tools/notebooks.py check $(CHAPTERS)
	@$(BIN)/python tools/lint_chapters.py $(CHAPTERS)
	@$(BIN)/python tools/lint_chapters.py --report $(CHAPTERS)

format: $(VENV)/.test-installed ## Format the code and normalize the chapters
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/python tools/notebooks.py normalize $(CHAPTERS)

# --- Slower checks, before a release ----------------------------------------------------------------

oracle: .venv-oracle/.installed ## Compare every piece with PyTorch, scikit-learn and SciPy
	.venv-oracle/bin/python -m pytest tests/oracle -q -W default

mutants: .venv-mutants/.installed ## Break the core in every place and see a test fail: MODULES="losses models"
	.venv-mutants/bin/python tools/mutants.py $(MODULES)

coverage: $(VENV)/.test-installed ## Lines and branches of the core that no test runs (98 % must be run)
	$(COVERAGE) run -m pytest tests/nnkit tests/conformance -q
	$(COVERAGE) report --fail-under 98 --omit "$(PAGES)"

coverage-pages: $(VENV)/.test-installed ## The same of plots, explorers and course (90 %)
	$(COVERAGE) run -m pytest tests/nnkit -q
	$(COVERAGE) report --fail-under 90 --include "$(PAGES)"

lanes: lane-blas lane-colab lane-oldest lane-newest lane-python lane-firefox lane-states ## All lanes below

lane-blas: $(VENV)/.test-installed ## The chapters under three BLAS kernels
	@for core in Haswell Sandybridge SkylakeX; do \
	  echo "== OPENBLAS_CORETYPE=$$core"; \
	  OPENBLAS_CORETYPE=$$core $(MAKE) --no-print-directory test-notebooks || exit 1; \
	done

.venv-%/.installed: tools/lanes/%.txt pyproject.toml
	@rm -rf .venv-$*
	$(PYTHON) -m venv .venv-$*
	.venv-$*/bin/python -m pip --disable-pip-version-check install -r tools/lanes/$*.txt
	.venv-$*/bin/python -m pip --disable-pip-version-check install --no-deps --editable .
	@touch $@

.venv-python%/.installed: tools/lanes/newest.txt pyproject.toml
	@rm -rf .venv-python$*
	$(PYTHON) -m venv .venv-python$*
	.venv-python$*/bin/python -m pip --disable-pip-version-check install -r tools/lanes/newest.txt
	.venv-python$*/bin/python -m pip --disable-pip-version-check install --no-deps --editable .
	@touch $@

lane-colab: .venv-colab/.installed ## The chapters under Colab's versions (ipywidgets 7, IPython 7)
	NNKIT_EXPLORER_FRAMES=0 .venv-colab/bin/python -m pytest --nbval-lax --nbval-current-env \
	  --nbval-cell-timeout=120 -W default $(CHAPTERS)
	.venv-colab/bin/python -m pytest tests/nnkit/explore/test_explorer.py tests/nnkit/explore/test_live.py \
	  tests/nnkit/explore/test_stored.py -W default

lane-oldest: .venv-oldest/.installed ## The unit tests under the oldest supported versions
	.venv-oldest/bin/python -m pytest tests/nnkit tests/conformance \
	  --ignore=tests/nnkit/explore -W default  # old versions warn; lane-colab runs the explorers

lane-newest: ## The unit tests under the newest versions there are today
	@rm -rf .venv-newest
	@$(MAKE) --no-print-directory .venv-newest/.installed
	.venv-newest/bin/python -m pytest tests/nnkit tests/conformance

lane-python: ## The unit tests under every Python from 3.11 on that is found here
	@for version in $(PYTHONS); do \
	  for python in python$$version $${PYENV_ROOT:-$$HOME/.pyenv}/versions/$$version.*/bin/python none; do \
	    "$$python" -c "" 2>/dev/null && break; \
	  done; \
	  if [ $$python = none ]; then echo "== Python $$version: not found here, not tested"; continue; fi; \
	  echo "== Python $$version: $$python"; \
	  $(MAKE) --no-print-directory .venv-python$$version/.installed PYTHON=$$python || exit 1; \
	  .venv-python$$version/bin/python -m pytest tests/nnkit tests/conformance -q || exit 1; \
	done

lane-firefox: $(VENV)/.test-installed ## One page of the built site in Firefox
	$(BIN)/python tools/firefox_smoke.py

lane-states: $(VENV)/.test-installed ## The numbers of every state of every explorer, however long it takes
	NNKIT_ALL_STATES=1 $(BIN)/python -m pytest tests/nnkit/course/test_states.py

bench-explorers: $(VENV)/.test-installed ## Explorers against to_jshtml and interact; writes benchmarks/results
	$(BIN)/python benchmarks/explorers.py

bench-parts: $(VENV)/.test-installed ## Where a training step's time goes, and what each trick buys (5 minutes)
	$(BIN)/python benchmarks/step_parts.py
	$(BIN)/python benchmarks/tricks.py

bench-steps: .venv-bench/.installed ## Training steps against PyTorch, scikit-learn and a loop (10 minutes); writes benchmarks/results
	.venv-bench/bin/python benchmarks/step_time.py

# --- Upkeep -----------------------------------------------------------------------------------------

lock: $(BIN)/python ## Renew requirements.lock and requirements-test.lock
	$(PIP) install --quiet uv
	$(LOCK) --upgrade --extra book --output-file requirements.lock
	$(LOCK) --upgrade --extra test --constraint requirements.lock --output-file requirements-test.lock

set-repository: $(BIN)/python ## Write the repository's address everywhere: URL=https://github.com/owner/name
	$(if $(filter undefined,$(origin URL)),$(error say which: URL=https://github.com/owner/name, or URL= to take it out))
	$(BIN)/python tools/set_repository.py "$(URL)"

clean: ## Remove what was built (not .venv)
	rm -rf _build build dist .coverage .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -name __pycache__ -not -path './.venv*' -type d -prune -exec rm -rf {} +
