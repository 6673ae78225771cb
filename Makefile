# The course's commands. `make` alone lists them.
#
# Windows, or without make: README.md gives the same lines to type.

SHELL := /bin/sh
PY := .venv/bin/python
OLDEST := .venv-oldest/bin/python
JAX := .venv-jax/bin/python
COLAB := .venv-colab/bin/python

RECIPE ?= quick
SEED = 0
TRAIN =
CHANGES =
TEST =

# DATA is relative to where make was called, which make itself leaves in PWD, also under -C.
export CALLED_FROM := $(PWD)
ifneq ($(strip $(DATA)),)
export ALEXNET_DATA := $(DATA)
endif

# REPO counts where it is typed behind make, and not where it lies in somebody's environment.
ifneq ($(origin REPO),command line)
unexport REPO
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

# Tests and stored outputs know the embedded scenes, the default recipe and the CPU alone, and
# keep the models that they train in a folder of their own. A lesson that is tested alone finds
# the model of an earlier test there, as long as helpers and scenes are the same.
EMBEDDED = unset ALEXNET_DATA ALEXNET_RECIPE ALEXNET_IMAGES; \
    export KERAS_BACKEND=tensorflow; export CUDA_VISIBLE_DEVICES=-1; export ALEXNET_WIDGETS=0; \
    runs="$(CURDIR)/build/$@-run"; version=$$(cat helpers/*.py | cksum | cut -d " " -f 1); \
    mkdir -p "$$runs"; find "$$runs" -mindepth 1 -maxdepth 1 ! -name "$$version" -exec rm -rf {} +; \
    export ALEXNET_RUN="$$runs/$$version";

IN_TWO := --numprocesses=2 --dist=loadscope

.PHONY: help lessons lab site slides serve cloud data reproduce shrink bench gpu pack browser test test-all test-oldest test-jax test-cloud refresh lock clean ready
.DEFAULT_GOAL := help

help:
	@echo "make lessons      set up, run every lesson, make the site of it in build/site/"
	@echo "make lab          set up, copy the lessons to my_lessons/, open them in JupyterLab"
	@echo "make site         the site of the stored lessons in build/site/; make serve shows it"
	@echo "make slides       the decks for the lecture hall and a poster, in build/slides/"
	@echo "make cloud        the lessons for Colab and Kaggle in build/cloud/: REPO=owner/name"
	@echo "make data         fetch the real images (Intel image classification) from Kaggle"
	@echo "make reproduce    one whole training, with checkpoints, and its test: RECIPE, SEED, DATA"
	@echo "make shrink       the photo network, from a finished make reproduce"
	@echo "make bench        how fast the article's pipeline and ours train here"
	@echo "make gpu          what a graphics card does with the course, in SECONDS=330"
	@echo "make pack         the images of DATA as zip files, to carry to a rented card"
	@echo
	@echo "make test         the unit tests, and every stored output compared with a fresh run"
	@echo "make test-all     the same, the slow tests (bench, reproduce, rare faults), and:"
	@echo "make test-jax     the tests on JAX, in an environment without TensorFlow"
	@echo "make test-cloud   the cloud notebooks, where Colab's Python and packages are imitated"
	@echo "make test-oldest  the tests on the oldest versions that pyproject.toml allows"
	@echo "make refresh      run the stored notebooks again and tidy them"
	@echo "make lock         pin the packages; LOCK=--upgrade takes the newest"
	@echo "make clean        remove both environments and build/, except trainings"
	@echo
	@echo "lessons, lab, reproduce and bench also take DATA=folder (your own or the real images),"
	@echo "all but bench RECIPE=name (default $(RECIPE)) and IMAGES=number (how many images the"
	@echo "training sees; by default what the recipe says). test takes PYTEST=\"-k shapes\"."

lessons lab reproduce shrink: export ALEXNET_RECIPE := $(RECIPE)
ifneq ($(strip $(IMAGES)),)
lessons lab reproduce: export ALEXNET_IMAGES := $(IMAGES)
endif

lessons: ready
	@$(PY) -m tools.run_lessons

lab: ready
	@$(PY) -m tools.lab $(LAB)

site: ready
	@$(PY) -m tools.site

slides: ready
	@$(PY) -m tools.slides

serve: ready
	@$(PY) -m tools.site --serve

cloud: ready
	@$(PY) -m tools.cloud

data: ready
	@$(PY) -m tools.fetch_data

# CHANGES is values of the recipe, such as CHANGES="dropout=0.5 batch_size=128"; TRAIN=3000 keeps
# so many training images, TEST=no leaves the test images alone, for choosing recipes.
reproduce: ready
	@case "$(TEST)" in ""|yes|no) ;; *) \
	    echo "TEST=$(TEST): write TEST=no to leave the test images alone" >&2; exit 1;; esac
	@$(PY) -m tools.reproduce $(SEED) $(CHANGES) $(if $(TRAIN),--train $(TRAIN)) \
	    $(if $(filter no,$(TEST)),--no-test)

# CHANGES is values of the fine-tuning, such as CHANGES="learning_rate=1e-5".
shrink: ready
	@$(PY) -m tools.shrink $(SEED) $(CHANGES) $(if $(filter no,$(TEST)),--no-test)

bench: ready
	@$(PY) -m tools.bench

gpu: ready
	@$(PY) -m tools.gpu $(SECONDS)

pack: ready
	@$(PY) -m tools.pack

# Chromium for the tests of the site, where a package can be had without asking.
browser:
	@sh tools/find_browser.sh

# The whole in two processes; what PYTEST names, in one, which starts sooner.
test: ready browser
	@$(EMBEDDED) $(PY) -m pytest $(or $(PYTEST),$(IN_TWO))

test-all: ready browser
	@$(EMBEDDED) $(PY) -m pytest -m "" $(or $(PYTEST),$(IN_TWO))
	@$(MAKE) test-jax test-cloud

refresh: ready
	@$(EMBEDDED) $(PY) -m tools.refresh $(NOTEBOOKS)

lock: .venv/bin/uv
	@$(PY) -m tools.lock $(LOCK)

# --nbval-lax runs every cell and compares no output; ruff's style differs by version.
test-oldest: .venv/bin/uv
	@python=$$(sh tools/find_python.sh python3.11) || exit 1; \
	"$$python" -m venv --clear .venv-oldest
	@.venv/bin/uv pip install --quiet --compile-bytecode --python $(OLDEST) \
	    --resolution lowest-direct -r pyproject.toml --extra lab --extra site --extra test
	@$(OLDEST) tools/on_path.py
	@$(EMBEDDED) $(OLDEST) -m pytest --nbval-lax -k "not ruff" $(PYTEST)

# Everything that a training needs, on JAX and without TensorFlow. JAX is slow on processors, so of
# the lessons that train only 64 images are asked.
test-jax: .venv/bin/uv
	@python=$$(sh tools/find_python.sh python3.13 python3.12 python3.11) || exit 1; \
	"$$python" -m venv --clear .venv-jax
	@echo "tensorflow; sys_platform == 'never'" | .venv/bin/uv pip install --quiet \
	    --python $(JAX) --overrides - -r pyproject.toml --extra lab --extra test --extra jax
	@$(JAX) tools/on_path.py
	@$(EMBEDDED) export KERAS_BACKEND=jax; \
	$(JAX) -m pytest tests helpers notebooks/02_*.ipynb notebooks/03_*.ipynb \
	    -k "not ruff and not bench and not site and not slides" $(PYTEST) && ALEXNET_IMAGES=64 $(JAX) -m pytest --nbval-lax \
	    notebooks/04_*.ipynb notebooks/05_*.ipynb notebooks/06_*.ipynb notebooks/07_*.ipynb

# The cloud notebooks where Colab is imitated: its Python and its packages.
test-cloud: ready
	@python=$$(sh tools/find_python.sh python3.13) || exit 1; \
	"$$python" -m venv --clear .venv-colab
	@.venv/bin/uv pip install --quiet --python $(COLAB) -r tests/colab.txt
	@$(EMBEDDED) COLAB=$(CURDIR)/$(COLAB) $(PY) -m pytest -m "" tests/test_cloud.py $(PYTEST)

clean:
	rm -rf .venv .venv-oldest .venv-jax .venv-colab
	@mkdir -p build
	find build -mindepth 1 -maxdepth 1 ! -name reproduce -exec rm -rf {} +

# Set-up: an environment in .venv, uv in it, and the pinned packages by their hashes.
ready: .venv/ready
	@mkdir -p .venv/state
	@$(PY) tools/on_path.py

.venv/ready: requirements.txt .venv/bin/uv
	@echo "Installing the pinned packages into .venv (about 3.2 GB; nothing where they are there)"
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

# An environment whose Python has gone is made again.
ifneq ($(shell $(PY) -c "print(1)" 2>/dev/null),1)
.PHONY: .venv/bin/uv
endif
