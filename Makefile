# The course's commands. `make` alone lists them.
#
# Windows, or without make: README.md gives the same lines to type.

SHELL := /bin/sh
PY := .venv/bin/python
OLDEST := .venv-oldest/bin/python

RECIPE ?= quick
SEED = 0
RESULTS = build/results
TRAIN =
CHANGES =
NOTE =

# DATA is relative to where make was called, which make itself leaves in PWD, also under -C.
export CALLED_FROM := $(PWD)
ifneq ($(strip $(DATA)),)
export ALEXNET_DATA := $(DATA)
endif

# Settings that a user may have elsewhere must change no result, and nothing but caches is written
# outside this folder: so the state of Jupyter, IPython, Keras, Matplotlib and others lives here.
STATE := $(CURDIR)/.venv/state
export IPYTHONDIR := $(STATE)/ipython
export JUPYTER_CONFIG_DIR := $(STATE)/jupyter/config
export JUPYTER_DATA_DIR := $(STATE)/jupyter/data
export JUPYTER_RUNTIME_DIR := $(STATE)/jupyter/runtime
export JUPYTERLAB_SETTINGS_DIR := $(STATE)/jupyter/settings
export JUPYTERLAB_WORKSPACES_DIR := $(STATE)/jupyter/workspaces
export JUPYTER_PREFER_ENV_PATH := 1
export KERAS_HOME := $(STATE)/keras
export MPLCONFIGDIR := $(STATE)/matplotlib
export RUFF_CACHE_DIR := $(STATE)/ruff
export HYPOTHESIS_STORAGE_DIRECTORY := $(STATE)/hypothesis
export TF_CPP_MIN_LOG_LEVEL := 3
KERAS_BACKEND ?= tensorflow
export KERAS_BACKEND

# On processors without 16-bit arithmetic TensorFlow leaves Intel's oneDNN off, though training
# AlexNet on one of them (AMD, AVX2) was a fifth faster with it. TF_ENABLE_ONEDNN_OPTS=0 wins.
TF_ENABLE_ONEDNN_OPTS ?= 1
export TF_ENABLE_ONEDNN_OPTS

# Tests and stored outputs know the embedded scenes, the default recipe and the CPU alone, and
# keep the models that they train in a folder of their own.
EMBEDDED = unset ALEXNET_DATA ALEXNET_RECIPE ALEXNET_IMAGES; \
    export KERAS_BACKEND=tensorflow; export CUDA_VISIBLE_DEVICES=-1; export ALEXNET_WIDGETS=0; \
    export ALEXNET_RUN="$(CURDIR)/build/$@-run";

.PHONY: help lessons test lab data reproduce trial bench results refresh lock test-oldest clean ready
.DEFAULT_GOAL := help

help:
	@echo "make lessons      set up, run every lesson, write readable pages to build/lessons/"
	@echo "make test         set up, run the unit tests and compare every stored output"
	@echo "make lab          set up, copy the lessons to my_lessons/, open them in JupyterLab"
	@echo "make data         fetch the real images (Intel image classification) from Kaggle"
	@echo "make reproduce    train by a recipe, with checkpoints, and test: RECIPE, SEED, DATA"
	@echo "make trial        the same without the test, for choosing recipes (for authors)"
	@echo "make bench        how fast the article's pipeline and ours train here"
	@echo "make results      the tables of both READMEs and the plots, from results/ (for authors)"
	@echo "make refresh      run the stored notebooks again and tidy them (for authors)"
	@echo "make lock         pin the packages; LOCK=--upgrade takes the newest (for authors)"
	@echo "make test-oldest  the tests on the oldest versions that pyproject.toml allows"
	@echo "make clean        remove both environments and build/, except trainings and results"
	@echo
	@echo "lessons, lab, reproduce and bench also take DATA=folder (your own or the real images),"
	@echo "all but bench RECIPE=name (default $(RECIPE)) and IMAGES=number (how many images the"
	@echo "training sees; by default what the recipe says)."

lessons lab reproduce trial: export ALEXNET_RECIPE := $(RECIPE)
ifneq ($(strip $(IMAGES)),)
lessons lab reproduce trial: export ALEXNET_IMAGES := $(IMAGES)
endif

lessons: ready
	@$(PY) -m tools.run_lessons

lab: ready
	@$(PY) -m tools.lab $(LAB)

data: ready
	@$(PY) -m tools.fetch_data

# A trial leaves the test images alone. TRAIN=3000 keeps so many training images, CHANGES is
# values of the recipe, such as CHANGES="dropout=0.5 batch_size=128".
reproduce trial: ready
	@$(PY) -m tools.reproduce $(SEED) $(CHANGES) $(if $(filter trial,$@),--trial) \
	    $(if $(TRAIN),--train $(TRAIN)) --results "$(RESULTS)" --note "$(NOTE)"

bench: ready
	@$(PY) -m tools.bench

results: ready
	@$(PY) -m tools.results

test: ready
	@rm -rf build/test-run
	@$(EMBEDDED) $(PY) -m pytest $(PYTEST)

refresh: ready
	@$(EMBEDDED) $(PY) -m tools.refresh $(NOTEBOOKS)

lock: .venv/bin/uv
	@$(PY) -m tools.lock $(LOCK)

# --nbval-lax runs every cell and compares no output; ruff's style differs by version.
test-oldest: .venv/bin/uv
	@rm -rf build/test-oldest-run
	@python=$$(sh tools/find_python.sh python3.11) || exit 1; \
	"$$python" -m venv --clear .venv-oldest
	@.venv/bin/uv pip install --quiet --compile-bytecode --python $(OLDEST) \
	    --resolution lowest-direct -r pyproject.toml --extra lab --extra test
	@$(OLDEST) tools/on_path.py
	@$(EMBEDDED) $(OLDEST) -m pytest --nbval-lax -k "not ruff" $(PYTEST)

clean:
	rm -rf .venv .venv-oldest
	@mkdir -p build
	find build -mindepth 1 -maxdepth 1 ! -name reproduce ! -name results -exec rm -rf {} +

# Set-up: an environment in .venv, uv in it, and the pinned packages by their hashes.
ready: .venv/ready
	@mkdir -p .venv/state
	@$(PY) tools/on_path.py

.venv/ready: requirements.txt .venv/bin/uv
	@echo "Installing the pinned packages into .venv (about 2.5 GB; nothing where they are there)"
	@.venv/bin/uv pip install --quiet --compile-bytecode --python $(PY) \
	    --require-hashes -r requirements.txt
	@touch $@

.venv/bin/uv:
	@python=$$(sh tools/find_python.sh python3.13 python3.12 python3.11 python3) || exit 1; \
	echo "Making .venv with $$("$$python" --version)"; \
	"$$python" -m venv --clear .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check uv || { \
	echo "uv could not be installed into .venv: the first set-up needs a network." >&2; exit 1; }
	@touch $@

# An environment whose Python has gone is made anew.
ifneq ($(shell $(PY) -c "print(1)" 2>/dev/null),1)
.PHONY: .venv/bin/uv
endif
