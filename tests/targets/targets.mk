# SPDX-License-Identifier: Apache-2.0
# Programs that run on the target behind the loader: contract kernels and their root tasks.

TARGET_CFLAGS := -std=c11 -O2 -g -I. -isystem $(PICOLIBC)/include $(WARNINGS) -ffreestanding \
	-fno-builtin -fno-pic -mgeneral-regs-only -mstrict-align -mno-outline-atomics \
	-fno-stack-protector -fno-asynchronous-unwind-tables -fno-tree-loop-distribute-patterns
TARGET_LDFLAGS := -nostdlib -static -no-pie -Wl,--build-id=none -Wl,--no-warn-rwx-segments

TARGET_COMMON := $(filter-out %.c %.mk,$(wildcard tests/targets/*.*))

# --- root tasks: NAME_BYTES of pattern in the read-only segment

ROOTTASKS := roottask roottask-16k roottask-4m roottask-16m roottask-64m
roottask_BYTES := 24576
roottask-16k_BYTES := 8192
roottask-4m_BYTES := 4194304
roottask-16m_BYTES := 16777216
roottask-64m_BYTES := 67108864
ROOTTASK_ELFS := $(ROOTTASKS:%=build/targets/%.elf)
ROOTTASK_DIR := tests/targets/roottask

build/targets/pattern: tests/targets/pattern.c tests/targets/pattern.h
	@mkdir -p $(@D)
	$(Q)$(HOST_CC) -std=c11 -O2 -I. $(WARNINGS) $(HOST_DEFINES) -o $@ $<

build/targets/%.pattern: build/targets/pattern
	$(Q)$< $($*_BYTES) > $@

$(ROOTTASK_ELFS): build/targets/%.elf: build/targets/%.pattern $(wildcard $(ROOTTASK_DIR)/*) \
		$(TARGET_COMMON)
	$(Q)$(CROSS_COMPILE)gcc $(TARGET_CFLAGS) -DRODATA_PATTERN_FILE='"$<"' $(TARGET_LDFLAGS) \
		-Wl,-z,max-page-size=4096 -T $(ROOTTASK_DIR)/roottask.ld -o $@ \
		$(ROOTTASK_DIR)/start.S $(ROOTTASK_DIR)/main.c

build/targets/roottasks.inc: tests/targets/roottask-table.sh $(ROOTTASK_ELFS)
	$(Q)tests/targets/roottask-table.sh $(CROSS_COMPILE)readelf $(ROOTTASK_ELFS) > $@.new
	$(Q)mv $@.new $@

# --- kernels: NAME_DEFINES say what each is built for

KERNELS := kernel kernel-smp2 kernel-smp4 kernel-gicv3 kernel-hyp40 kernel-hyp44 \
	kernel-hyp40-smp4 kernel-hyp44-smp2-gicv3 kernel-64m kernel-8g kernel-high \
	kernel-rpi3 kernel-rpi3-smp4
kernel_CONFIG := el1
kernel-smp2_CONFIG := el1
kernel-smp2_CORES := 2
kernel-smp4_CONFIG := el1
kernel-smp4_CORES := 4
kernel-gicv3_CONFIG := el1
kernel-gicv3_GIC := 3
kernel-hyp40_CONFIG := hyp40
kernel-hyp44_CONFIG := hyp44
kernel-hyp40-smp4_CONFIG := hyp40
kernel-hyp40-smp4_CORES := 4
kernel-hyp44-smp2-gicv3_CONFIG := hyp44
kernel-hyp44-smp2-gicv3_CORES := 2
kernel-hyp44-smp2-gicv3_GIC := 3
kernel-64m_CONFIG := 64m
kernel-8g_CONFIG := 8g
kernel-high_CONFIG := high
kernel-rpi3_CONFIG := rpi3
kernel-rpi3_GIC := 0
kernel-rpi3-smp4_CONFIG := rpi3
kernel-rpi3-smp4_CORES := 4
kernel-rpi3-smp4_GIC := 0
KERNEL_ELFS := $(KERNELS:%=build/targets/%.elf)
KERNEL_DIR := tests/targets/kernel
KERNEL_SRCS := $(addprefix $(KERNEL_DIR)/,start.S vectors.S) $(sort $(wildcard $(KERNEL_DIR)/*.c))

kernel_defines = -DKERNEL_CONFIG='"tests/targets/kernel/config_$($1_CONFIG).h"' \
	-DKERNEL_CORES=$(or $($1_CORES),1) -DKERNEL_GIC=$(or $($1_GIC),2)

$(KERNEL_ELFS): build/targets/%.elf: $(wildcard $(KERNEL_DIR)/*) build/targets/roottasks.inc \
		$(TARGET_COMMON)
	$(Q)$(CROSS_COMPILE)gcc -E -P -I. $(call kernel_defines,$*) -o $(@:.elf=.lds) \
		$(KERNEL_DIR)/kernel.lds.S
	$(Q)$(CROSS_COMPILE)gcc $(TARGET_CFLAGS) $(call kernel_defines,$*) $(TARGET_LDFLAGS) \
		-Wl,-z,max-page-size=0x2000 -T $(@:.elf=.lds) -o $@ $(KERNEL_SRCS)

# --- kernels that are entered by the Linux protocol

IMAGES := image image-offset image-16k
image_DEFINES := -DIMAGE_TEXT_OFFSET=0 -DIMAGE_MEMORY=0x100000 -DIMAGE_FLAGS=0xa
image-offset_DEFINES := -DIMAGE_TEXT_OFFSET=0x280000 -DIMAGE_MEMORY=0x812345 -DIMAGE_FLAGS=2
image-16k_DEFINES := -DIMAGE_TEXT_OFFSET=0 -DIMAGE_MEMORY=0x100000 -DIMAGE_FLAGS=0xc
IMAGE_FILES := $(IMAGES:%=build/targets/%.bin)
IMAGE_DIR := tests/targets/image

$(IMAGE_FILES): build/targets/%.bin: $(wildcard $(IMAGE_DIR)/*) $(TARGET_COMMON)
	@mkdir -p $(@D)
	$(Q)$(CROSS_COMPILE)gcc $(TARGET_CFLAGS) $($*_DEFINES) $(TARGET_LDFLAGS) \
		-T $(IMAGE_DIR)/image.lds -o $(@:.bin=.elf) $(IMAGE_DIR)/start.S $(wildcard $(IMAGE_DIR)/*.c)
	$(Q)$(CROSS_COMPILE)objcopy -O binary $(@:.bin=.elf) $@

# --- kernels at physical addresses; the checksum of code and constants is known after a first link

PHYSICALS := physical-elf physical-el1 physical-16m physical-pie physical-kaal physical-kaal-64m
physical-elf_DEFINES := -DPHYSICAL_BASE=0x40400000
physical-el1_DEFINES := -DPHYSICAL_BASE=0x40400000 -DPHYSICAL_EL=1
physical-16m_DEFINES := -DPHYSICAL_BASE=0x41000000
physical-pie_DEFINES := -DPHYSICAL_BASE=0
physical-pie_CFLAGS := -fPIE
physical-pie_LDFLAGS := -static-pie
physical-kaal_DEFINES := -DPHYSICAL_BASE=0x40400000 -DPHYSICAL_KAAL=1 -DPHYSICAL_EL=1
physical-kaal-64m_DEFINES := -DPHYSICAL_BASE=0x44000000 -DPHYSICAL_KAAL=1 -DPHYSICAL_EL=1
physical-raw_DEFINES := -DPHYSICAL_BASE=0x40080000 -DPHYSICAL_RAW=1
physical-raw-16m_DEFINES := -DPHYSICAL_BASE=0x41000000 -DPHYSICAL_RAW=1
PHYSICAL_RAWS := physical-raw physical-raw-16m
PHYSICAL_ELFS := $(PHYSICALS:%=build/targets/%.elf)
PHYSICAL_DIR := tests/targets/physical
PHYSICAL_SRCS := $(PHYSICAL_DIR)/start.S $(PHYSICAL_DIR)/main.c $(addprefix $(IMAGE_DIR)/,dtb.c report.c)

# $(call link_physical,NAME,OUT,CHECKSUM)
link_physical = $(CROSS_COMPILE)gcc $(TARGET_CFLAGS) $($1_CFLAGS) $($1_DEFINES) -DPHYSICAL_CKSUM=$3 \
	$(TARGET_LDFLAGS) $($1_LDFLAGS) -T build/targets/$1.lds -o $2 $(PHYSICAL_SRCS)

$(PHYSICAL_ELFS) $(PHYSICAL_RAWS:%=build/targets/%.elf): build/targets/%.elf: $(wildcard $(PHYSICAL_DIR)/*) \
		$(wildcard $(IMAGE_DIR)/*) $(TARGET_COMMON)
	@mkdir -p $(@D)
	$(Q)$(CROSS_COMPILE)gcc -E -P -I. $($*_DEFINES) -o $(@:.elf=.lds) $(PHYSICAL_DIR)/physical.lds.S
	$(Q)$(call link_physical,$*,$@.first,0)
	$(Q)$(CROSS_COMPILE)objcopy -O binary -j .text -j .rodata $@.first $@.summed
	$(Q)sum=$$($(PYTHON) -c 'import sys, zlib; print(zlib.crc32(open(sys.argv[1], "rb").read()))' \
		$@.summed) && $(call link_physical,$*,$@,$$sum)
	$(Q)rm $@.first $@.summed

$(PHYSICAL_RAWS:%=build/targets/%.bin): %.bin: %.elf
	$(Q)$(CROSS_COMPILE)objcopy -O binary $< $@

# --- what spoils a core's registers before it comes here

build/targets/dirty.bin: tests/targets/dirty/dirty.S
	@mkdir -p $(@D)
	$(Q)$(CROSS_COMPILE)gcc $(TARGET_LDFLAGS) -Wl,-Ttext=0 -o $(@:.bin=.elf) $<
	$(Q)$(CROSS_COMPILE)objcopy -O binary -j .text $(@:.bin=.elf) $@

# --- what only drains the serial line

build/targets/drain.elf: $(wildcard tests/targets/drain/*)
	@mkdir -p $(@D)
	$(Q)$(CROSS_COMPILE)gcc $(TARGET_CFLAGS) $(TARGET_LDFLAGS) -T tests/targets/drain/drain.ld -o $@ \
		$(filter-out %.ld,$^)

.PHONY: targets
targets: $(ROOTTASK_ELFS) $(KERNEL_ELFS) $(IMAGE_FILES) $(PHYSICAL_ELFS) \
		$(PHYSICAL_RAWS:%=build/targets/%.bin) build/targets/dirty.bin build/targets/drain.elf
