# SPDX-License-Identifier: Apache-2.0
# elfmon: an interactive boot monitor for 64-bit Arm. `make help` lists the targets.

VERSION := 0.1.0
V ?= 0
Q := $(if $(filter 0,$(V)),@)
JOBS ?= $(shell nproc)

WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
HOST_CC ?= cc
HOST_DEFINES := -D_GNU_SOURCE -DOPENSSL_API_COMPAT=10101 -DELFMON_VERSION='"$(VERSION)"'
CROSS_COMPILE ?= aarch64-linux-gnu-
FUZZ_CC ?= clang
QEMU ?= qemu-system-aarch64
PYTHON ?= /usr/bin/python3

# Pure sources compile unchanged for the host and for the target; these three see drivers.
PURE_DIRS := monitor $(addprefix monitor/,base shell sources plan boot) mm payload cmds
MACHINE_SRCS := monitor/main.c monitor/port.c monitor/firmware.c
PURE_SRCS := $(filter-out $(MACHINE_SRCS),$(wildcard $(PURE_DIRS:%=%/*.c)))

# --- What people type. These goals build in parallel, also where make was called without -j.

PARALLEL = $(MAKE) --no-print-directory $(if $(Q),-s) $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(JOBS))

.PHONY: all
all:
	$(Q)host/deps.sh $(DEPS) build
	+$(Q)$(PARALLEL) build

define HELP
make            build build/elfmon.elf (the monitor) and build/host/elfmon-pack (packs images)
make run        start QEMU on this terminal with a demo, or with your own seL4 system:
                  KERNEL=kernel.elf APP=root-task.elf, or KERNEL=Image INITRD=FILE BOOTARGS=TEXT
                The machine is what the kernel was built for, or what you say:
                  MEM=1G CPU=cortex-a53 SMP=1 GIC=2 VIRT=off
                More for elfmon-pack and QEMU: PACK_FLAGS='--autoboot off' QEMU_FLAGS='-s -S'
                The serial line is on this terminal, in picocom, or where you say: CONSOLE=minicom,
                  terminal (QEMU's own), pty, or the path of a unix socket
make run-linux  the same with Debian's arm64 kernel and a small user space
make run-flash  the same as run, reset into flash; SECURE=on for both: starts at EL3
make upload     make run, then upload root-task.elf over the line, boot it, and show what it prints:
                  APP=root-task.elf [KERNEL=kernel.elf]
                To a board or a QEMU that is there already: LINE=/dev/ttyUSB0, or a unix socket
                More for elfmon-upload: UPLOAD_FLAGS="--until 'All is well'"
make test       run all tests
make test-all   the same with every combination of kernel and machine: an hour
make check      format, static analysis and rules of the sources
make fault      upload FAULT_TRANSFERS=1000 files over lines that damage them
make bench      count instructions from reset to the kernel's first, and bytes; then bytes per
                  second of uploads (UPLOADS=--full: all of them, for an hour)
make fuzz       fuzz for FUZZ_SECONDS=600
make deps       install what all of these need; each of them does its part by itself.
                  NO_INSTALL=1 only prints what is missing
make clean      remove what was built (distclean: and what was fetched)

JOBS=N, V=1 to see the commands. For other systems than Debian: HOST_CC, CROSS_COMPILE, QEMU,
PYTHON, PICOLIBC (directory with include/ and lib/libc.a) and ARM64_INCLUDE, ARM64_LIB (headers and
static archives of libfdt, libcrypto, libdeflate, liblz4 and libxxhash for arm64).
endef

.PHONY: help
help:
	$(info $(HELP))@:

.PHONY: clean distclean
clean:
	$(Q)[ ! -d build ] || find build -mindepth 1 -maxdepth 1 ! -path $(DEPS) -exec rm -rf {} +
distclean:
	$(Q)rm -rf build

# --- What they need. Prints what it installs before it does; nothing where nothing is missing.

DEPS ?= build/deps
PICOLIBC ?= /usr/lib/picolibc/aarch64-linux-gnu
ARM64_INCLUDE ?= $(DEPS)/usr/include
ARM64_LIB ?= $(DEPS)/usr/lib/aarch64-linux-gnu
LINUX_IMAGE := $(DEPS)/linux/Image
export HOST_CC CROSS_COMPILE PICOLIBC ARM64_INCLUDE ARM64_LIB QEMU FUZZ_CC PYTHON

.PHONY: deps deps-build deps-linux deps-test
deps:
	$(Q)host/deps.sh $(DEPS)
deps-build:
	$(Q)host/deps.sh $(DEPS) build
deps-linux: | deps-build
	$(Q)host/deps.sh $(DEPS) linux
deps-test: | deps-build
	$(Q)host/deps.sh $(DEPS) test

# --- How it is built

.PHONY: build
include monitor/monitor.mk
include host/host.mk
include tests/tests.mk
include tests/targets/targets.mk
include tests/check/check.mk

# --- QEMU with the demo, or with the user's own kernel and root task

RUN_KERNEL := $(or $(KERNEL),build/targets/kernel.elf)
RUN_APP := $(if $(KERNEL),$(APP),build/targets/roottask.elf)
RUN_IMAGE := build/run.$(if $(FLASH),flash,elf)

define make_run_image
	$(Q)host/deps.sh $(DEPS) build run
	+$(Q)$(PARALLEL) run-parts
	$(Q)build/host/elfmon-pack --loader build/elfmon.elf --kernel '$(RUN_KERNEL)' \
		$(if $(1),--app '$(1)') $(if $(INITRD),--initrd '$(INITRD)') \
		$(if $(BOOTARGS),--bootargs '$(BOOTARGS)') \
		$(if $(FLASH),--format flash) $(PACK_FLAGS) --out $(RUN_IMAGE)
	$(Q)build/host/elfmon-pack --kernel '$(RUN_KERNEL)' $(PACK_FLAGS) --facts > build/run.facts
endef

RUN = MEM='$(MEM)' CPU='$(CPU)' SMP='$(SMP)' GIC='$(GIC)' VIRT='$(VIRT)' SECURE='$(SECURE)' \
	FLASH='$(FLASH)' host/run.sh build/run.facts $(RUN_IMAGE) $(QEMU_FLAGS)

.PHONY: run run-parts
run-parts: build $(filter build/targets/%,$(RUN_KERNEL) $(RUN_APP))
run:
	$(Q)[ -n '$(KERNEL)' ] || [ -z '$(APP)' ] || { echo 'run: APP needs a KERNEL too'; exit 1; }
	$(call make_run_image,$(RUN_APP))
	$(Q)CONSOLE='$(CONSOLE)' $(RUN)

.PHONY: run-flash
run-flash:
	+$(Q)$(MAKE) --no-print-directory run FLASH=1

.PHONY: run-linux
run-linux: BOOTARGS ?= console=ttyAMA0 quiet
run-linux: SMP ?= 2
run-linux:
	$(Q)host/deps.sh $(DEPS) build run linux
	+$(Q)$(PARALLEL) build/linux/initramfs.cpio.gz
	+$(Q)$(MAKE) --no-print-directory run KERNEL='$(LINUX_IMAGE)' SMP='$(SMP)' \
		INITRD=build/linux/initramfs.cpio.gz BOOTARGS='$(BOOTARGS)'

# --- Its root task over the serial line: to a monitor that is there, or to one in QEMU.

UPLOAD = $(PYTHON) host/elfmon-upload --boot $(UPLOAD_FLAGS) app='$(APP)'

.PHONY: upload
upload:
	$(Q)[ -n '$(APP)' ] || { echo 'upload: APP=root-task.elf is needed'; exit 1; }
ifneq ($(LINE),)
	$(Q)host/deps.sh $(DEPS) upload
	$(Q)$(UPLOAD) --line '$(LINE)'
else
	$(call make_run_image,$(if $(KERNEL),,$(RUN_APP)))
	$(Q)$(UPLOAD) -- env CONSOLE=stdio $(RUN)
endif
