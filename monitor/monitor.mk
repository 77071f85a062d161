# SPDX-License-Identifier: Apache-2.0
# The loader without payload: build/elfmon.elf.

MONITOR_SRCS := $(PURE_SRCS) $(MACHINE_SRCS) $(wildcard monitor/arch/*.c drivers/*.c)
MONITOR_ASM := $(wildcard monitor/arch/*.S)
MONITOR_OBJS := $(patsubst %,build/target/%.o,$(basename $(MONITOR_SRCS) $(MONITOR_ASM)))

# picolibc's printf family without floating point: the definition, and what picolibc.specs, which
# would bring a start-up of its own, makes of it for the linker.
PRINTF_CFLAGS := -DPICOLIBC_INTEGER_PRINTF_SCANF
PRINTF_LDFLAGS := -Wl,--defsym=vfprintf=__i_vfprintf

MONITOR_CFLAGS = -std=gnu11 -O2 -g -I. $(WARNINGS) -fno-pic -fno-pie \
	-mno-outline-atomics -ftls-model=local-exec -fstack-protector \
	-ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables \
	-ffile-prefix-map=$(CURDIR)=. -isystem $(PICOLIBC)/include -isystem build/include \
	$(PRINTF_CFLAGS) -DOPENSSL_API_COMPAT=10101 -DELFMON_VERSION='"$(VERSION)"'
# What runs before the MMU is on: only general registers, only aligned accesses.
EARLY_CFLAGS := -ffreestanding -mgeneral-regs-only -mstrict-align -fno-stack-protector
EARLY_OBJS := build/target/monitor/arch/early.o build/target/mm/mmu_cfg.o

# Libraries are linked as their archives have them; of what is linked, the sections that nothing
# refers to are left out.
MONITOR_LDFLAGS := -nostdlib -static -no-pie -Wl,--build-id=none -Wl,--gc-sections \
	-Wl,-z,max-page-size=4096 -Wl,-z,noexecstack $(PRINTF_LDFLAGS) -T build/target/elfmon.lds
MONITOR_LIBS := $(patsubst %,$(ARM64_LIB)/lib%.a,fdt crypto deflate lz4 xxhash) \
	$(PICOLIBC)/lib/libc.a

# The headers of the libraries only: the rest of that directory is a hosted C library's. And the
# host's elf.h, which is all constants, for a picolibc that has none (1.8.10).
build/include/.made: monitor/monitor.mk | deps-build
	@mkdir -p build/include/openssl build/include/bits
	$(Q)$(HOST_CC) -M -include elf.h -x c /dev/null | tr -s ' \\' '\n\n' | while read -r file; do \
		case $$file in \
		*/bits/auxv.h) ln -sf "$$file" build/include/bits/ ;; \
		*/elf.h) ln -sf "$$file" build/include/ ;; \
		esac; done
	$(Q)ln -sf $(abspath $(ARM64_INCLUDE))/openssl/*.h \
		$(abspath $(ARM64_INCLUDE))/aarch64-linux-gnu/openssl/*.h build/include/openssl/
	$(Q)ln -sf $(addprefix $(abspath $(ARM64_INCLUDE))/,fdt.h libfdt.h libfdt_env.h \
		libdeflate.h lz4.h xxhash.h) build/include/
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

# Linked twice: first without names, then with the table of what the first link placed.
build/target/symbols0.S: monitor/arch/symbols.sh
	@mkdir -p $(@D)
	$(Q)$< $(CROSS_COMPILE)nm > $@

build/target/symbols1.S: monitor/arch/symbols.sh build/target/elfmon0.elf
	$(Q)$< $(CROSS_COMPILE)nm build/target/elfmon0.elf > $@

build/target/symbols0.o build/target/symbols1.o: build/target/%.o: build/target/%.S
	$(Q)$(CROSS_COMPILE)gcc -c -o $@ $<

MONITOR_LINK = $(CROSS_COMPILE)gcc $(MONITOR_CFLAGS) $(MONITOR_LDFLAGS) -o $@ $(filter %.o,$^) \
	-Wl,--start-group $(MONITOR_LIBS) -Wl,--end-group

build/target/elfmon0.elf: $(MONITOR_OBJS) build/target/symbols0.o build/target/elfmon.lds
	$(Q)$(MONITOR_LINK)

build/elfmon.elf: $(MONITOR_OBJS) build/target/symbols1.o build/target/elfmon.lds
	$(Q)$(MONITOR_LINK)

build: build/elfmon.elf

-include $(MONITOR_OBJS:.o=.d)
