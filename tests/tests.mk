# SPDX-License-Identifier: Apache-2.0
# Unit tests and fuzz targets: every pure source, compiled for the host under the sanitizers.

SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
UNIT_CFLAGS := -std=c11 -O1 -g -I. $(WARNINGS) $(SANITIZE) $(HOST_DEFINES)
UNIT_LDLIBS := -lcmocka -lfdt -lcrypto
FUZZ_CC ?= clang
FUZZ_SECONDS ?= 5

UNIT_TESTS := $(patsubst tests/unit/%.c,build/unit/%,$(wildcard tests/unit/test_*.c))
FUZZ_TARGETS := $(patsubst tests/fuzz/%.c,build/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))

UNIT_OBJS := $(patsubst %.c,build/unit/%.o,$(PURE_SRCS) $(wildcard tests/fakes/*.c))
FUZZ_OBJS := $(patsubst %.c,build/fuzz/%.o,$(PURE_SRCS) $(wildcard tests/fakes/*.c))

build/unit/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(HOST_CC) $(UNIT_CFLAGS) -MMD -MP -c -o $@ $<

build/unit/libpure.a: $(UNIT_OBJS)
	$(Q)rm -f $@ && ar rcs $@ $^

build/unit/test_%: tests/unit/test_%.c build/unit/libpure.a
	@mkdir -p $(@D)
	$(Q)$(HOST_CC) $(UNIT_CFLAGS) -MMD -MP -MF $@.d -o $@ $< build/unit/libpure.a $(UNIT_LDLIBS)

build/fuzz/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(FUZZ_CC) -std=c11 -O1 -g -I. $(WARNINGS) $(HOST_DEFINES) \
		-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -MMD -MP -c -o $@ $<

build/fuzz/libpure.a: $(FUZZ_OBJS)
	$(Q)rm -f $@ && ar rcs $@ $^

build/fuzz/fuzz_%: tests/fuzz/fuzz_%.c build/fuzz/libpure.a
	@mkdir -p $(@D)
	$(Q)$(FUZZ_CC) -std=c11 -O1 -g -I. $(WARNINGS) $(HOST_DEFINES) -MMD -MP -MF $@.d \
		-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
		-o $@ $< build/fuzz/libpure.a -lfdt -lcrypto

# Everything that the tests run, and then all of them with one summary at the end.
.PHONY: test-programs
test-programs: build/elfmon.elf build/host/elfmon-pack targets $(UNIT_TESTS) $(FUZZ_TARGETS)

.PHONY: test
test: deps
	+$(Q)$(PARALLEL) test-programs
	$(Q)ELFMON_QEMU=$(QEMU) PYTHONDONTWRITEBYTECODE=1 $(PYTHON) -m pytest -n $(JOBS) tests

.PHONY: unit
unit: $(UNIT_TESTS)
	$(Q)for t in $(UNIT_TESTS); do $$t || exit 1; done

-include $(UNIT_OBJS:.o=.d) $(FUZZ_OBJS:.o=.d) $(wildcard build/unit/*.d build/fuzz/*.d)
