# `make demo` shows a talking face, `make test` runs all checks, `make build` makes the zips to install.
# Each sets up what it needs in .venv; nothing but GNU make and Python 3.11 with venv has to be there.

PYTHON311 ?= python3.11
# The Blender of `make test-bpy`, and the Python it is made for:
PYTHON ?= python3.11
BPY ?= 4.5.15
# TORCH=no leaves out the tests that compare NumPy's curves with torch's.
TORCH ?= yes

# What `import bpy` and drawing without a screen need on a bare Debian or Ubuntu.
DEBIAN_PACKAGES := libegl1 libgl1 libgl1-mesa-dri libice6 libsm6 libx11-6 libxfixes3 libxi6 \
	libxkbcommon0 libxrender1

# Training (docs/training.md): the labelled speech, the experiment, and where its results go.
CACHE ?= out/data
CONFIG ?= tools/train/configs/main.toml
EVALUATION ?= out/evaluation
RUN ?= out/train/main

VENV := .venv
PY := $(VENV)/bin/python
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check
VENV_BPY := .venv-bpy-$(BPY)
VENV_TRAIN := .venv-train

# A zip that holds torch as well (docs/gpu.md): `make build GPU=cpu PYTHON=3.11 PLATFORM=linux-x64`.
TORCH_BUILD = --gpu=$(GPU) --python=$(patsubst python%,%,$(notdir $(PYTHON))) \
	$(if $(PLATFORM),--platform=$(PLATFORM))

VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' blender_manifest.toml)
ZIP := out/dist/audio2face_blender-$(VERSION).zip

.NOTPARALLEL:
.PHONY: demo test bench lint test-core coverage mutation test-blender test-bpy build wheels lock-torch data filmed train evaluate clean system-packages

demo: build
	$(PY) -m tools.demo --zip $(ZIP)

test: lint test-core test-blender

lint: $(VENV)/.test
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m tools.check_types

test-core: $(VENV)/.test $(if $(filter yes,$(TORCH)),$(VENV)/.torch)
	$(PY) -m pytest tests/core

# The same tests, which then take up to half as long again, and what of the core they run.
coverage: $(VENV)/.test $(if $(filter yes,$(TORCH)),$(VENV)/.torch)
	$(PY) -m coverage erase
	$(PY) -m coverage run -m pytest tests/core
	$(PY) -m coverage combine --quiet
	$(PY) -m coverage report

# Small faults in the code of timing and mapping, each of which a test has to notice: docs/testing.md.
mutation: $(VENV)/.test
	$(PY) -m tools.mutation $(FILES)

test-blender: $(VENV)/.test build
	$(PY) -m pytest tests/blender

test-bpy: $(VENV_BPY)/.test build
	$(VENV_BPY)/bin/python -m pytest tests/blender

# How fast it is, on a quiet machine about ten minutes: docs/performance.md, its plot and figures.
bench: $(VENV)/.test $(if $(filter yes,$(TORCH)),$(VENV)/.torch) build
	$(PY) -m tools.bench --zip $(ZIP) --out docs $(OPTIONS)

build: $(VENV)/.demo
	$(PY) -m tools.build $(if $(GPU),$(TORCH_BUILD))

wheels: $(VENV)/.demo
	$(PY) -m tools.build.wheels

lock-torch: $(VENV)/.demo
	$(PY) -m tools.build.torch_lock $(TORCH_BUILD) $(if $(INDEX),--index=$(INDEX))

data: $(VENV_TRAIN)/.train
	@test -n "$(CORPORA)" || { echo "Say where the corpora are: make data CORPORA=/path" >&2; exit 1; }
	$(VENV_TRAIN)/bin/python -m tools.data --corpora $(CORPORA) --out $(CACHE)

filmed: $(VENV_TRAIN)/.train
	@test -n "$(CORPORA)" || { echo "Say where the corpora are: make filmed CORPORA=/path" >&2; exit 1; }
	$(VENV_TRAIN)/bin/python -m tools.teacher.filmed_corpus --cache $(CACHE) \
		--films $(CORPORA)/capture/grid_s1

train: $(VENV_TRAIN)/.train
	$(VENV_TRAIN)/bin/python -m tools.train $(CONFIG) --cache $(CACHE) --out $(RUN)

evaluate: $(VENV_TRAIN)/.train
	$(VENV_TRAIN)/bin/python -m tools.evaluate --cache $(CACHE) \
		$(if $(CORPORA),--capture $(CORPORA)/capture) \
		--json $(EVALUATION)/tables.json --pictures $(EVALUATION) $(OPTIONS)

clean:
	rm -rf .venv .venv-* out wheels .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

system-packages:
	@echo $(DEBIAN_PACKAGES)

# $(call make-venv,FOLDER,PYTHON)
define make-venv
@command -v $(2) >/dev/null || { \
	echo "$(2) was not found: install it (on Debian 12: apt-get install python3.11 python3.11-venv)," \
		"or name yours with PYTHON311=/path/to/python3.11." >&2; exit 1; }
@$(2) -m venv --clear $(1) || { \
	echo "$(2) cannot make a virtual environment: install its venv module" \
		"(on Debian: apt-get install $(notdir $(2))-venv)." >&2; rm -rf $(1); exit 1; }
endef

# $(call import-bpy,PYTHON)
define import-bpy
@$(1) -c 'import bpy' || { \
	echo "Blender's module does not load: see above. If a system library is missing," \
		"on Debian or Ubuntu: apt-get install $(DEBIAN_PACKAGES)" >&2; exit 1; }
endef

$(PY):
	$(call make-venv,$(VENV),$(PYTHON311))

$(VENV)/.demo: requirements/demo.txt requirements/constraints.txt | $(PY)
	$(PY) $(PIP_INSTALL) -c requirements/constraints.txt -r requirements/demo.txt
	$(call import-bpy,$(PY))
	@touch $@

$(VENV)/.test: requirements/test.txt requirements/constraints.txt $(VENV)/.demo
	$(PY) $(PIP_INSTALL) -c requirements/constraints.txt -r requirements/test.txt
	@touch $@

# $(call install-torch,PYTHON): the CPU build, a tenth of the download that carries CUDA.
define install-torch
$(1) $(PIP_INSTALL) --retries 1 -c requirements/constraints.txt -r requirements/torch.txt || { \
	echo "torch could not be installed: see above. TORCH=no leaves its tests out." >&2; exit 1; }
endef

$(VENV)/.torch: requirements/torch.txt requirements/constraints.txt | $(PY)
	$(call install-torch,$(PY))
	@touch $@

$(VENV_BPY)/.test: requirements/test-bpy.txt
	$(call make-venv,$(VENV_BPY),$(PYTHON))
	$(VENV_BPY)/bin/python $(PIP_INSTALL) bpy==$(BPY) -r requirements/test-bpy.txt
	$(call import-bpy,$(VENV_BPY)/bin/python)
	@touch $@

$(VENV_TRAIN)/.train: requirements/train.txt requirements/torch.txt
	$(call make-venv,$(VENV_TRAIN),$(PYTHON311))
	$(call install-torch,$(VENV_TRAIN)/bin/python)
	$(VENV_TRAIN)/bin/python $(PIP_INSTALL) -r requirements/train.txt
	@touch $@
