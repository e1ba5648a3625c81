# make reports: the whole review, from data/raw to reports/evidence.pdf
# make test:    the tests; those of a file by one process, which makes what they share once, and in their order: the costly ones first
# make quick:   the unit and house tests;  make check: style, types, layers, spelling;  make docs: the API reference, in site/
# make faults:  thirty runs killed at random moments;  make slurm: a cluster of two nodes on this machine
PYTHON ?= python3
CORES ?= 4
BIN = .venv/bin

.PHONY: reports test quick check docs faults slurm clean

reports: .venv/ready
	$(BIN)/snakemake --cores $(CORES)

test: .venv/ready .venv/plugins/ready
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

quick: .venv/ready
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder tests/unit tests/house

check: .venv/check/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/codespell
	$(BIN)/snakefmt --check Snakefile workflow

docs: .venv/docs/ready
	.venv/docs/bin/mkdocs build --quiet

faults: .venv/ready
	EVIDENCE_KILLS=30 $(BIN)/python -m pytest -n auto tests/e2e/test_faults.py -k killed

slurm: .venv/ready .venv/plugins/ready
	$(BIN)/python tests/slurm/two_nodes.py --plugins .venv/plugins

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test]'
	touch $@

.venv/plugins/ready: tests/plugins/requirements.txt .venv/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --upgrade --target .venv/plugins --requirement $<
	touch $@

.venv/check/ready: pyproject.toml constraints.txt .venv/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test,check]'
	mkdir -p $(@D)
	touch $@

.venv/docs/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv/docs
	.venv/docs/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[docs]'
	touch $@

clean:
	rm -rf data/processed reports/figures .snakemake
