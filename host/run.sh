#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh FACTS IMAGE [QEMU OPTION]...
# Start QEMU on this terminal with a machine that suits the kernel in IMAGE. FACTS is a file with
# what `elfmon-pack --facts` says of it; MEM, CPU, SMP, GIC and VIRT, where not empty, overrule it.
# SECURE=on: a machine that starts at EL3. FLASH, not empty: IMAGE is the content of its flash. QEMU is
# the program.
set -eu

facts=$1
image=$2
shift 2

fact() {
	sed -n "s/^$1=//p" "$facts"
}

# QEMU's virt machine has its RAM from here.
ram_start=0x40000000

memory() {
	end=$(fact ram_end)
	if [ $((end)) -gt $((ram_start)) ]; then
		echo $(((end - ram_start + 0xfffff) / 0x100000))M
	else
		echo 1G
	fi
}

# Hypervisor kernels for more than 40 bits of physical address are not built for a Cortex-A53.
cpu() {
	if [ "$(fact pa_bits)" -gt 40 ]; then
		echo cortex-a72
	else
		echo cortex-a53
	fi
}

cores=$(fact cores)
[ "$cores" != 0 ] || cores=1
gic=${GIC:-$(fact gic)}
virt=off
[ "$(fact el)" != 2 ] || virt=on
machine=virt,virtualization=${VIRT:-$virt}
[ "$gic" = 0 ] || machine=$machine,gic-version=$gic
[ -z "${SECURE:-}" ] || machine=$machine,secure=$SECURE

if [ -n "${FLASH:-}" ]; then
	set -- -drive "if=pflash,format=raw,file=$image" "$@"
else
	set -- -kernel "$image" "$@"
fi

set -- "$QEMU" -M "$machine" -cpu "${CPU:-$(cpu)}" -smp "${SMP:-$cores}" \
	-m "${MEM:-$(memory)}" -nographic -nic none "$@"
echo "$*"
echo 'To leave QEMU: Ctrl-A, then x.'
exec "$@"
