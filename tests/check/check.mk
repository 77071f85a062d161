# SPDX-License-Identifier: Apache-2.0
# Formatting, static analysis and the rules that hold for every file.

CHECK_C_DIRS := monitor $(addprefix monitor/,base arch shell sources plan boot) mm payload cmds drivers host \
	tests/unit tests/fakes tests/fuzz tests/bad $(addprefix tests/targets,/ /kernel /roottask /image /physical)
CHECK_HOST := $(PURE_SRCS) $(wildcard host/*.c tests/unit/*.c tests/fakes/*.c tests/fuzz/*.c) \
	$(wildcard tests/bad/*.c tests/targets/*.c)
CHECK_TARGET := $(MACHINE_SRCS) $(wildcard monitor/arch/*.c drivers/*.c tests/targets/*/*.c)
CHECK_SHELL := .ci/run $(wildcard */*.sh */*/*.sh)

CHECK_HOST_FLAGS := -std=c11 -I. $(HOST_DEFINES)
CHECK_TARGET_FLAGS := --target=aarch64-linux-gnu -std=gnu11 -ffreestanding -I. \
	-isystem $(PICOLIBC)/include -isystem build/include $(HOST_DEFINES) \
	$(call kernel_defines,kernel-smp4) $(image_DEFINES) $(physical-kaal_DEFINES)

# One file at a time: clang-tidy 14 carries some findings over from one file to the next.
tidy = out=$$(clang-tidy --quiet $< -- $(1) 2>/dev/null) || { printf '%s\n' "$$out"; exit 1; }

TIDY_HOST := $(CHECK_HOST:%=tidy/%)
TIDY_TARGET := $(CHECK_TARGET:%=tidy/%)
.PHONY: tidy $(TIDY_HOST) $(TIDY_TARGET)
tidy: $(TIDY_HOST) $(TIDY_TARGET)
$(TIDY_HOST): tidy/%: %
	$(Q)$(call tidy,$(CHECK_HOST_FLAGS))
$(TIDY_TARGET): tidy/%: % build/include/.made build/targets/roottasks.inc
	$(Q)$(call tidy,$(CHECK_TARGET_FLAGS))

.PHONY: format cppcheck shellcheck rules
format:
	$(Q)clang-format --dry-run -Werror $(wildcard $(CHECK_C_DIRS:%=%/*.[ch]))
cppcheck:
	$(Q)cppcheck --quiet --std=c11 --enable=warning,performance,portability --error-exitcode=1 \
		--inline-suppr --suppressions-list=tests/check/cppcheck.txt -I. $(HOST_DEFINES) \
		$(CHECK_HOST) $(CHECK_TARGET)
shellcheck:
	$(Q)shellcheck $(CHECK_SHELL)
rules:
	$(Q)$(PYTHON) tests/check/rules.py

# What needs what, as the objects of each program say. gcc-nm reads those for the link-time
# optimizer too.
LISTINGS := $(addprefix build/check/,elfmon.nm elfmon-pack.nm unit.nm)
build/check/elfmon.nm: $(MONITOR_OBJS)
build/check/elfmon.nm: NM = $(CROSS_COMPILE)gcc-nm
build/check/elfmon-pack.nm: $(PACK_OBJS)
build/check/unit.nm: $(UNIT_OBJS)
$(LISTINGS): NM ?= nm
$(LISTINGS):
	@mkdir -p $(@D)
	$(Q)$(NM) -A -P $^ > $@

.PHONY: directions
directions: $(LISTINGS)
	$(Q)$(PYTHON) tests/check/directions.py $^

.PHONY: check check-parts
check-parts: format rules directions shellcheck cppcheck tidy
check:
	$(Q)host/deps.sh $(DEPS) build test check
	+$(Q)$(PARALLEL) -k check-parts
	@echo 'check: all clean'
