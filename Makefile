# make reports: the whole review, from data/raw to reports/evidence.pdf
# make test:    the tests
PYTHON ?= python3
CORES ?= 4
BIN = .venv/bin

.PHONY: reports test clean

reports: .venv/ready
	$(BIN)/snakemake --cores $(CORES)

test: .venv/ready
	$(BIN)/python -m pytest -n auto

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test]'
	touch $@

clean:
	rm -rf data/processed reports/figures .snakemake
