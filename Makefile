# SPDX-License-Identifier: Apache-2.0
# elfmon: an interactive boot monitor for 64-bit Arm. `make help` lists the targets.

VERSION := 0.1.0
V ?= 0
Q := $(if $(filter 0,$(V)),@)

WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
HOST_CC ?= cc
HOST_DEFINES := -D_GNU_SOURCE -DOPENSSL_API_COMPAT=10101 -DELFMON_VERSION='"$(VERSION)"'
PYTHON ?= /usr/bin/python3
QEMU ?= qemu-system-aarch64
JOBS ?= $(shell nproc)

# Pure sources compile unchanged for the host and for the target.
PURE_SRCS := $(wildcard monitor/base/*.c monitor/*.c mm/*.c payload/*.c cmds/*.c)
PURE_SRCS := $(filter-out monitor/main.c,$(PURE_SRCS))

.PHONY: all
all:

# Prints what it installs before it does; does nothing where everything is there.
DEPS ?= build/deps
.PHONY: deps
deps:
	$(Q)host/deps.sh $(DEPS)

# Builds in parallel, also where make was called without -j.
PARALLEL = $(MAKE) --no-print-directory $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(JOBS))

include monitor/monitor.mk
include host/host.mk
include tests/tests.mk
include tests/targets/targets.mk
