# SPDX-License-Identifier: Apache-2.0
# Unit tests and fuzz targets: every pure source, compiled for the host under the sanitizers.

SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
UNIT_CFLAGS := -std=c11 -O1 -g -I. $(WARNINGS) $(SANITIZE) $(HOST_DEFINES)
UNIT_LDLIBS := -lcmocka -lfdt -lcrypto -ldeflate -llz4 -lxxhash
FUZZ_CFLAGS := -std=c11 -O1 -g -I. $(WARNINGS) -fno-sanitize-recover=all $(HOST_DEFINES)
FUZZ_LDLIBS := -lfdt -lcrypto -ldeflate -llz4 -lxxhash

UNIT_TESTS := $(patsubst tests/unit/%.c,build/unit/%,$(wildcard tests/unit/test_*.c))
FUZZ_TARGETS := $(patsubst tests/fuzz/%.c,build/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))

UNIT_OBJS := $(patsubst %.c,build/unit/%.o,$(PURE_SRCS) $(wildcard tests/fakes/*.c))
FUZZ_OBJS := $(patsubst %.c,build/fuzz/%.o,$(PURE_SRCS) $(wildcard tests/fakes/*.c))

build/unit/%.o: %.c | deps-test
	@mkdir -p $(@D)
	$(Q)$(HOST_CC) $(UNIT_CFLAGS) -MMD -MP -c -o $@ $<

build/unit/libpure.a: $(UNIT_OBJS)
	$(Q)rm -f $@ && ar rcs $@ $^

build/unit/test_%: tests/unit/test_%.c build/unit/libpure.a
	@mkdir -p $(@D)
	$(Q)$(HOST_CC) $(UNIT_CFLAGS) -MMD -MP -MF $@.d -o $@ $< build/unit/libpure.a $(UNIT_LDLIBS)

build/fuzz/%.o: %.c | deps-test
	@mkdir -p $(@D)
	$(Q)$(FUZZ_CC) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link,address,undefined -MMD -MP -c -o $@ $<

build/fuzz/libpure.a: $(FUZZ_OBJS)
	$(Q)rm -f $@ && ar rcs $@ $^

build/fuzz/fuzz_%: tests/fuzz/fuzz_%.c build/fuzz/libpure.a
	@mkdir -p $(@D)
	$(Q)$(FUZZ_CC) $(FUZZ_CFLAGS) -fsanitize=fuzzer,address,undefined -MMD -MP -MF $@.d \
		-o $@ $< build/fuzz/libpure.a $(FUZZ_LDLIBS)

build/tests/read: tests/bad/read.c build/unit/libpure.a
	@mkdir -p $(@D)
	$(Q)$(HOST_CC) $(UNIT_CFLAGS) -MMD -MP -MF $@.d -o $@ $< build/unit/libpure.a $(UNIT_LDLIBS)

build/tests/xmodem_peer: tests/host/xmodem_peer.c build/unit/libpure.a
	@mkdir -p $(@D)
	$(Q)$(HOST_CC) $(UNIT_CFLAGS) -MMD -MP -MF $@.d -o $@ $< build/unit/libpure.a $(UNIT_LDLIBS)

.PHONY: unit
unit: $(UNIT_TESTS)
	$(Q)for t in $(UNIT_TESTS); do $$t || exit 1; done

# What the tests run, and then all of them with one summary at the end.
.PHONY: test-programs
test-programs: build targets $(UNIT_TESTS) build/tests/read build/tests/xmodem_peer $(FUZZ_TARGETS) \
	$(if $(wildcard /etc/debian_version),build/linux/initramfs.cpio.gz)

# A job in the background ignores SIGINT, and so would the senders that tests interrupt.
RUN_PYTHON = env --default-signal=INT ELFMON_QEMU='$(QEMU)' DEPS='$(DEPS)' PYTHONDONTWRITEBYTECODE=1 $(PYTHON)

.PHONY: test
test: FUZZ_SECONDS ?= 3
test:
	$(Q)host/deps.sh $(DEPS) build run linux test
	+$(Q)$(PARALLEL) test-programs
	$(Q)FUZZ_SECONDS=$(FUZZ_SECONDS) $(RUN_PYTHON) -m pytest -n $(JOBS) tests

# The same with every machine of tests/qemu/test_matrix.py, some 12,000: an hour.
.PHONY: test-all
test-all:
	$(Q)ELFMON_MATRIX=all $(MAKE) --no-print-directory test FUZZ_SECONDS=60

# Long runs, as many side by side as there are cores; what they find grows below build/fuzz/corpus.
FUZZ_RUNS := $(FUZZ_TARGETS:build/fuzz/%=run-%)
.PHONY: fuzz $(FUZZ_RUNS)
fuzz: FUZZ_SECONDS ?= 600
fuzz:
	$(Q)host/deps.sh $(DEPS) build test
	+$(Q)$(PARALLEL) FUZZ_SECONDS=$(FUZZ_SECONDS) $(FUZZ_RUNS)

$(FUZZ_RUNS): run-%: build/fuzz/%
	@mkdir -p build/fuzz/corpus/$*
	$(Q)$< -max_total_time=$(FUZZ_SECONDS) -timeout=10 -print_final_stats=1 \
		-artifact_prefix=build/fuzz/$*- build/fuzz/corpus/$*

# Uploads over bad lines, as many machines side by side: they mostly wait.
.PHONY: fault
fault: FAULT_TRANSFERS ?= 1000
fault: FAULT_SEED ?= 1
fault: FAULT_JOBS ?= 8
fault:
	$(Q)host/deps.sh $(DEPS) build run test
	+$(Q)$(PARALLEL) build targets build/tests/xmodem_peer
	$(Q)$(RUN_PYTHON) tests/fault/campaign.py --count $(FAULT_TRANSFERS) --seed $(FAULT_SEED) \
		--jobs $(FAULT_JOBS)

.PHONY: bench
bench:
	$(Q)host/deps.sh $(DEPS) build run test bench
	+$(Q)$(PARALLEL) build targets
	$(Q)$(RUN_PYTHON) tests/bench/bench.py
	$(Q)$(RUN_PYTHON) tests/bench/instructions.py
	$(Q)$(RUN_PYTHON) tests/bench/uploads.py $(UPLOADS)

-include $(UNIT_OBJS:.o=.d) $(FUZZ_OBJS:.o=.d) $(wildcard build/unit/*.d build/fuzz/*.d build/tests/*.d)
