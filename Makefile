# demo and test work from bare: Python 3.11+, make, git. The second run needs no network.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.PHONY: demo test check lock bench soak clean install

$(STAMP): requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

install: $(STAMP)

demo: $(STAMP) ## the whole job on a fictional project; the last line names the page
	@$(BIN)/clientview demo

test: $(STAMP) ## the test suite
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

check: $(STAMP) ## format, lint, types, import contracts, dependencies
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .

lock: ## rewrite requirements.lock; needs uv
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --group dev --extra pdf \
	  --output-file requirements.lock pyproject.toml requirements.in

bench: $(STAMP) ## benchmarks: ratios within one run
	$(BIN)/python -m benchmarks

soak: $(STAMP) ## long campaigns of faults and kills
	CLIENTVIEW_SOAK=1 $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not browser" tests

clean:
	rm -rf $(VENV) dist build clientview-demo artefacts .pytest_cache .mypy_cache .ruff_cache
