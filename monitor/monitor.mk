# SPDX-License-Identifier: Apache-2.0
# The loader without payload: build/elfmon.elf.

MONITOR_SRCS := $(PURE_SRCS) $(MACHINE_SRCS) $(wildcard monitor/arch/*.c drivers/*.c)
MONITOR_ASM := $(wildcard monitor/arch/*.S)
MONITOR_OBJS := $(patsubst %,build/target/%.o,$(basename $(MONITOR_SRCS) $(MONITOR_ASM)))

# What -Os has on and what makes more code of this program all the same is off.
MONITOR_OPT ?= -Os -fno-move-loop-invariants -fno-tree-dominator-opts -fno-optimize-sibling-calls \
	-fno-shrink-wrap -fno-tree-tail-merge -fno-guess-branch-probability
MONITOR_CFLAGS = -std=gnu11 $(MONITOR_OPT) -g -I. $(WARNINGS) -fno-pic -fno-pie \
	-mcmodel=tiny -mno-outline-atomics -flto -flto-partition=one -ftls-model=local-exec -fstack-protector \
	-ffunction-sections -fdata-sections -fomit-frame-pointer -fno-asynchronous-unwind-tables \
	-ffile-prefix-map=$(CURDIR)=. -isystem $(PICOLIBC)/include -isystem build/include \
	-DOPENSSL_API_COMPAT=10101 -DELFMON_VERSION='"$(VERSION)"'
# What runs before the MMU is on: only general registers, only aligned accesses, nothing inlined
# from elsewhere.
EARLY_CFLAGS := -fno-lto -ffreestanding -mgeneral-regs-only -mstrict-align -fno-stack-protector
EARLY_OBJS := build/target/monitor/arch/early.o build/target/mm/mmu_cfg.o

# Size counts, but here instructions count more: most of what runs before the shell, and what runs
# for each byte received.
FAST_OBJS := $(addprefix build/target/,mm/pt_build.o mm/fdt_scan.o drivers/pl011.o payload/crc16.o)
$(FAST_OBJS): MONITOR_OPT := -O2

MONITOR_LDFLAGS := -nostdlib -static -no-pie -Wl,--build-id=none -Wl,--gc-sections \
	-Wl,-z,max-page-size=4096 -Wl,-z,noexecstack -T build/target/elfmon.lds
MONITOR_LIBS := $(patsubst %,$(ARM64_LIB)/lib%.a,fdt crypto bearssl deflate lz4) $(PICOLIBC)/lib/libc.a

# The headers of the libraries only: the rest of that directory is a hosted C library's.
build/include/.made: monitor/monitor.mk | deps-build
	@mkdir -p build/include/openssl build/include/bearssl
	$(Q)ln -sf $(abspath $(ARM64_INCLUDE))/openssl/*.h \
		$(abspath $(ARM64_INCLUDE))/aarch64-linux-gnu/openssl/*.h build/include/openssl/
	$(Q)ln -sf $(addprefix $(abspath $(ARM64_INCLUDE))/,fdt.h libfdt.h libfdt_env.h \
		libdeflate.h lz4.h xxhash.h) build/include/
	$(Q)ln -sf $(abspath $(ARM64_INCLUDE))/bearssl/bearssl_hash.h build/include/bearssl/
	$(Q)touch $@

build/target/%.o: %.c build/include/.made
	@mkdir -p $(@D)
	$(Q)$(CROSS_COMPILE)gcc $(MONITOR_CFLAGS) $(if $(filter $@,$(EARLY_OBJS)),$(EARLY_CFLAGS)) \
		-MMD -MP -c -o $@ $<

build/target/%.o: %.S
	@mkdir -p $(@D)
	$(Q)$(CROSS_COMPILE)gcc -I. -g -ffile-prefix-map=$(CURDIR)=. -MMD -MP -c -o $@ $<

build/target/elfmon.lds: monitor/arch/elfmon.ld monitor/arch/layout.h
	@mkdir -p $(@D)
	$(Q)$(CROSS_COMPILE)gcc -E -P -I. -x c -o $@ $<

build/target/sha256.S: monitor/arch/sha256.sh $(ARM64_LIB)/libcrypto.a
	@mkdir -p $(@D)
	$(Q)$< $(CROSS_COMPILE) $(ARM64_LIB)/libcrypto.a build/target/libcrypto-sha256.o > $@

build/target/lz4.S: monitor/arch/lz4.sh $(ARM64_LIB)/liblz4.a
	@mkdir -p $(@D)
	$(Q)$< $(CROSS_COMPILE) $(ARM64_LIB)/liblz4.a build/target/liblz4-lz4.o > $@

# Linked twice: first without names, then with the table of what the first link placed.
build/target/symbols0.S: monitor/arch/symbols.sh
	@mkdir -p $(@D)
	$(Q)$< $(CROSS_COMPILE)nm > $@

build/target/symbols1.S: monitor/arch/symbols.sh build/target/elfmon0.elf
	$(Q)$< $(CROSS_COMPILE)nm build/target/elfmon0.elf > $@

$(addprefix build/target/,sha256.o lz4.o symbols0.o symbols1.o): build/target/%.o: build/target/%.S
	$(Q)$(CROSS_COMPILE)gcc -c -o $@ $<

MONITOR_LINK = $(CROSS_COMPILE)gcc $(MONITOR_CFLAGS) $(MONITOR_LDFLAGS) -o $@ $(filter %.o,$^) \
	-Wl,--start-group $(MONITOR_LIBS) -Wl,--end-group

build/target/elfmon0.elf: $(MONITOR_OBJS) build/target/sha256.o build/target/lz4.o build/target/symbols0.o build/target/elfmon.lds
	$(Q)$(MONITOR_LINK)

build/elfmon.elf: $(MONITOR_OBJS) build/target/sha256.o build/target/lz4.o build/target/symbols1.o build/target/elfmon.lds
	$(Q)$(MONITOR_LINK)

build: build/elfmon.elf

-include $(MONITOR_OBJS:.o=.d)
