# `make demo` shows a talking face, `make test` runs all checks, `make build` makes the zips to install.
# Each sets up what it needs in .venv; nothing but GNU make and Python 3.11 with venv has to be there.

PYTHON311 ?= python3.11
PYTHON313 ?= python3.13
# What `make test-all` tests besides the Blender of `make test`.
BPY_VERSIONS ?= 4.2.23 5.0.1 5.2.3
# A Blender application: `make test-app BLENDER=blender`, and with a screen `make test-window`.
BLENDER ?= blender
# The Python of a zip with torch (`make build GPU=cpu`).
PYTHON ?= python3.11
# TORCH=no leaves out the tests that need torch.
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
VENV_TRAIN := .venv-train
VENV_FUZZ := .venv-fuzz
TEST_PACKAGES := $(VENV)/.test $(if $(filter yes,$(TORCH)),$(VENV)/.torch)

# Fuzzing (docs/testing.md): for how long, and which readers; all if none is named.
SECONDS ?= 60
TARGETS ?=

# A zip that holds torch as well (docs/gpu.md): `make build GPU=cpu PYTHON=3.11 PLATFORM=linux-x64`.
TORCH_BUILD = --gpu=$(GPU) --python=$(patsubst python%,%,$(notdir $(PYTHON))) \
	$(if $(PLATFORM),--platform=$(PLATFORM)) $(if $(INDEX),--index=$(INDEX))

VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' blender_manifest.toml)
ZIP := out/dist/audio2face_blender-$(VERSION).zip

.PHONY: demo test test-all test-others bench fuzz lint test-core test-tools test-blender test-app \
	test-window build wheels data filmed train phone-head evaluate clean system-packages bpy-versions

demo: build
	$(PY) -m tools.demo --zip $(ZIP)

# `make -j2 -Otarget test` halves the time.
test: lint test-core test-tools test-blender

# Four releases of Blender's Python module.
test-all: test test-others

test-others: $(BPY_VERSIONS:%=test-bpy-%)

# Imports and types are checked with the root as package a2f, as Blender will have it.
lint: $(VENV)/.test
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	@mkdir -p out/lint && ln -sfn ../.. out/lint/a2f
	cd out/lint && PYTHONPATH=. $(CURDIR)/$(VENV)/bin/lint-imports ../../pyproject.toml --no-logo
	cd out/lint && MYPYPATH=. $(CURDIR)/$(PY) -m mypy --config-file ../../pyproject.toml \
		--explicit-package-bases -p a2f.model -p a2f.blender_audio2face.core

# Fails below 90 % coverage of the core, too.
test-core: $(TEST_PACKAGES)
	$(PY) -m coverage erase
	$(PY) -m coverage run -m pytest tests/core
	$(PY) -m coverage combine --quiet
	$(PY) -m coverage report

test-tools: $(TEST_PACKAGES) build
	$(PY) -m pytest tests/tools

test-blender: $(VENV)/.test build
	$(PY) -m pytest tests/blender

test-bpy-%: .venv-bpy-%/.test build
	.venv-bpy-$*/bin/python -m pytest tests/blender

# The same tests in an application with its own Python, which needs NumPy as every Blender has.
test-app: $(VENV)/.test build
	$(PY) -m tests.support.application $(BLENDER)

# What only a window shows. Needs a screen, or xvfb-run.
test-window: $(VENV)/.test build
	$(PY) -m pytest tests/window --blender=$(BLENDER)

# How fast it is, on a quiet machine about ten minutes: docs/performance.md, its plot and figures.
bench: $(TEST_PACKAGES) build
	$(PY) -m tools.bench --zip $(ZIP) --out docs $(OPTIONS)

# The input with which a reader fails is kept in out/fuzz.
fuzz: $(VENV_FUZZ)/.fuzz
	TARGETS="$(TARGETS)" $(VENV_FUZZ)/bin/python -m tests.fuzz.fuzz -max_total_time=$(SECONDS) \
		-timeout=10 -rss_limit_mb=2048

build: $(VENV)/.demo
	$(PY) -m tools.build $(if $(GPU),$(TORCH_BUILD))

wheels: $(VENV)/.demo
	$(PY) -m tools.build.wheels

data: $(VENV_TRAIN)/.train
	@test -n "$(CORPORA)" || { echo "Say where the corpora are: make data CORPORA=/path" >&2; exit 1; }
	$(VENV_TRAIN)/bin/python -m tools.data --corpora $(CORPORA) --out $(CACHE)

filmed: $(VENV_TRAIN)/.train
	@test -n "$(CORPORA)" || { echo "Say where the corpora are: make filmed CORPORA=/path" >&2; exit 1; }
	$(VENV_TRAIN)/bin/python -m tools.teacher.filmed_lips corpus --cache $(CACHE) \
		--films $(CORPORA)/capture/grid_s1

# Threads that wait asleep leave the cores to the makers of batches, and to others.
train phone-head: export OMP_WAIT_POLICY ?= passive

train: $(VENV_TRAIN)/.train
	$(VENV_TRAIN)/bin/python -m tools.train $(CONFIG) --cache $(CACHE) --out $(RUN) $(OPTIONS)

# The shipped network with the phone head that its weights file lacks, for --finetune and posteriors.
phone-head: $(VENV_TRAIN)/.train
	$(VENV_TRAIN)/bin/python -m tools.train tools/train/configs/phone_head.toml --cache $(CACHE) \
		--out out/train/phone_head --finetune model/weights/attention_bilstm.npz

evaluate: $(VENV_TRAIN)/.train
	$(VENV_TRAIN)/bin/python -m tools.evaluate --cache $(CACHE) \
		$(if $(CORPORA),--capture $(CORPORA)/capture) \
		--json $(EVALUATION)/tables.json --pictures $(EVALUATION) $(OPTIONS)

clean:
	rm -rf .venv .venv-* out wheels .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

system-packages:
	@echo $(DEBIAN_PACKAGES)

bpy-versions:
	@echo $(BPY_VERSIONS)

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

$(VENV)/.torch: requirements/torch.txt requirements/constraints.txt | $(VENV)/.test
	$(call install-torch,$(PY))
	@touch $@

# Blender went from Python 3.11 to 3.13 with 5.1.
.venv-bpy-%/.test: requirements/test-bpy.txt
	$(call make-venv,.venv-bpy-$*,$(if $(filter 4.% 5.0.%,$*),$(PYTHON311),$(PYTHON313)))
	.venv-bpy-$*/bin/python $(PIP_INSTALL) bpy==$* -r requirements/test-bpy.txt
	$(call import-bpy,.venv-bpy-$*/bin/python)
	@touch $@

$(VENV_TRAIN)/.train: requirements/train.txt requirements/torch.txt
	$(call make-venv,$(VENV_TRAIN),$(PYTHON311))
	$(call install-torch,$(VENV_TRAIN)/bin/python)
	$(VENV_TRAIN)/bin/python $(PIP_INSTALL) -r requirements/train.txt
	@touch $@

$(VENV_FUZZ)/.fuzz: requirements/fuzz.txt requirements/constraints.txt
	$(call make-venv,$(VENV_FUZZ),$(PYTHON311))
	$(VENV_FUZZ)/bin/python $(PIP_INSTALL) -c requirements/constraints.txt -r requirements/fuzz.txt
	@touch $@
