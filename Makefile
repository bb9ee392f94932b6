# make demo   train a small diffusion model on Fashion-MNIST and sample from it (a few minutes on two CPU cores)
# make test   run every notebook as a test, and the checks of the package; ends with "N passed, N failed"
# make coverage  the same notebooks, and which share of the lines of miniai/ they run (at least 95 %)
# make run    execute notebooks in full, top to bottom, and keep their outputs: make run NB="01_datasets lib/core"
# make record  run lessons without loading anything, and keep their weights and tables: make record NB=10_schedules (hours)
# make docs   the notebooks as web pages in _docs/
# make readme write README.md from nbs/index.ipynb
# make sample build the embedded sample again: make sample SOURCE=/usr/share/datasets/fashion-mnist

PYTHON ?= python3
BIN    := .venv/bin
NB     ?= $(filter-out index,$(patsubst nbs/%.ipynb,%,$(wildcard nbs/[0-9]*.ipynb nbs/appendix/*.ipynb nbs/lib/*.ipynb nbs/solutions/*.ipynb)))

.PHONY: help demo test coverage run record docs readme sample
help:
	@grep '^# make' Makefile | cut -c3-

demo: .venv/installed
	$(BIN)/miniai_train --out demo
	$(BIN)/miniai_sample --model demo/model --out demo

test: .venv/installed-dev
	@$(BIN)/python .ci/test.py

coverage: .venv/installed-dev
	@$(BIN)/python .ci/test.py --coverage

record: .venv/installed-dev
	@test "$(origin NB)" != file || { echo "say which lessons: make record NB=10_schedules"; exit 2; }
	$(BIN)/python .ci/record.py $(NB)

run: .venv/installed-dev
	$(BIN)/nbdev-export
	cd nbs && for nb in $(NB); do MINIAI_SMOKE=0 ../$(BIN)/jupyter nbconvert --to notebook --execute --inplace \
	    --ExecutePreprocessor.timeout=-1 $$nb.ipynb || exit 1; done
	$(BIN)/nbdev-clean

docs: .venv/installed-dev
	$(BIN)/jupyter nbconvert --to html --template miniai --TemplateExporter.extra_template_basedirs=.ci/html \
	    --output-dir _docs nbs/*.ipynb

sample: .venv/installed
	$(BIN)/python -c "from miniai.datasets import build_sample; build_sample('$(SOURCE)', 'miniai/fashion_mnist_sample')"

readme: .venv/installed-dev
	$(BIN)/python .ci/readme.py

.venv/installed: settings.ini setup.py pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3,10) and "miniai needs Python 3.10 or newer; this is " + sys.version.split()[0] + ". Try: make $(MAKECMDGOALS) PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	@echo "Installing; PyTorch is large, so this takes a few minutes ..."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

.venv/installed-dev: .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@
