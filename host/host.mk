# SPDX-License-Identifier: Apache-2.0
# elfmon-pack, with the parts of the monitor that it shares.

HOST_CFLAGS ?= -O2 -g
PACK_CFLAGS := -std=c11 -I. $(HOST_CFLAGS) $(WARNINGS) $(HOST_DEFINES)
PACK_LDLIBS := -lelf -lfdt -lcrypto -ldeflate -llz4 -lxxhash

PACK_PURE := $(filter monitor/base/%.c mm/%.c payload/%.c,$(PURE_SRCS)) \
	monitor/plan/memory_map.c $(wildcard monitor/plan/plan*.c) monitor/plan/preflight.c monitor/shell/parse.c
PACK_OBJS := $(patsubst %.c,build/host/obj/%.o,$(wildcard host/*.c) $(PACK_PURE))

build/host/obj/%.o: %.c | deps-build
	@mkdir -p $(@D)
	$(Q)$(HOST_CC) $(PACK_CFLAGS) -MMD -MP -c -o $@ $<

build/host/elfmon-pack: $(PACK_OBJS)
	$(Q)$(HOST_CC) $(HOST_CFLAGS) -o $@ $^ $(PACK_LDLIBS)

build: build/host/elfmon-pack

# --- A user space for Linux: busybox and host/init. The kernel brings /dev/console itself.

$(LINUX_IMAGE) $(DEPS)/linux/busybox: | deps-linux

build/linux/initramfs.cpio.gz: host/init $(DEPS)/linux/busybox
	@mkdir -p build/linux/root/bin
	$(Q)cp $(DEPS)/linux/busybox build/linux/root/bin/busybox && ln -sf busybox build/linux/root/bin/sh
	$(Q)cp host/init build/linux/root/init && chmod 755 build/linux/root/init
	$(Q)(cd build/linux/root && printf '%s\n' . init bin bin/busybox bin/sh | \
		cpio --quiet -o -H newc -R 0:0 --reproducible) | gzip -9n > $@.new
	$(Q)mv $@.new $@

-include $(PACK_OBJS:.o=.d)
