#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh FACTS IMAGE [QEMU OPTION]...
# Start QEMU with a machine that suits the kernel in IMAGE. FACTS is a file with what
# `elfmon-pack --facts` says of it; MEM, CPU, SMP, GIC and VIRT, where not empty, overrule it.
# SECURE=on: a machine that starts at EL3. FLASH, not empty: IMAGE is the content of its flash. QEMU
# is the program. CONSOLE says where the machine's serial line is:
#   terminal  this terminal, shared with QEMU's own monitor; not for uploads, Ctrl-A is QEMU's
#   picocom, minicom
#             a pseudo-terminal, with this program on it; its send key uploads a file
#   pty       a pseudo-terminal, for a program that is started elsewhere
#   stdio     standard input and output, every byte as it is
#   PATH/NAME a unix socket of this name; the machine starts with the first who connects
# If it is empty: picocom where this is a terminal that can have one, else terminal.
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
	kernel_end=$(fact kernel_end)
	if [ $((end)) -gt $((ram_start)) ]; then
		echo $(((end - ram_start + 0xfffff) / 0x100000))M
	elif [ $((kernel_end)) -gt $((ram_start + 0x40000000)) ]; then
		echo $(((kernel_end - ram_start) / 0x40000000 + 1))G
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

die() {
	echo "run: $1" >&2
	exit 1
}

can_have_picocom() {
	[ -t 0 ] && [ -t 1 ] && [ -e /dev/pts/ptmx ] && command -v picocom >/dev/null
}

# The pseudo-terminal that QEMU has opened.
pty_name() {
	sed -n 's/^.*char device redirected to \([^ ]*\).*$/\1/p' "$log"
}

qmp() {
	echo "{\"execute\": \"$1\"}"
}

# What QEMU is told, so that the terminal program misses neither the first nor the last words: to
# start when the program has opened the line, which is when that no longer has this odd speed; and
# to leave a moment after the machine was switched off. $log goes with QEMU.
odd_speed=1200
control() {
	while [ -e "$log" ] && [ -z "$(pty_name)" ]; do sleep 0.1; done
	stty -F "$(pty_name)" "$odd_speed"
	: > "$log.ready"
	while [ "$(stty -F "$(pty_name)" speed)" = "$odd_speed" ]; do sleep 0.1; done
	qmp qmp_capabilities
	qmp cont
	while [ -e "$log" ] && ! grep -q '"SHUTDOWN"' "$log"; do sleep 0.1; done
	sleep 0.5
	qmp quit
}

# The program's words are the user's; `sb` tells name and size of what it sends.
open_line() {
	case $CONSOLE in
	picocom)
		echo 'Upload: ymodem app, Enter, Ctrl-A Ctrl-S, file name, Enter. Leave: Ctrl-A Ctrl-X.'
		picocom --quiet --baud 115200 --send-cmd 'sb -k' --receive-cmd 'rb -v' "$1"
		;;
	minicom)
		echo 'Upload: ymodem app, Enter, Ctrl-A S, ymodem, file. Leave: Ctrl-A X.'
		minicom --baudrate 115200 --device "$1"
		;;
	esac
}

# QEMU behind a terminal program: whichever of them ends, ends the other.
run_with_program() {
	command -v "$CONSOLE" >/dev/null || die "$CONSOLE is not installed"
	log=$(mktemp)
	trap 'rm -f "$log" "$log.ready"' EXIT
	control 2>/dev/null |
		"$@" -S -no-shutdown -display none -monitor none -qmp stdio -serial pty > "$log" &
	pid=$!
	until [ -e "$log.ready" ]; do
		kill -0 "$pid" 2>/dev/null || die 'QEMU has not started'
		sleep 0.1
	done
	if open_line "$(pty_name)" && kill "$pid" 2>/dev/null; then
		exit 0
	fi
	status=0
	rm "$log"
	wait "$pid" || status=$?
	echo "The machine is off; QEMU's status is $status."
	exit "$status"
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

if [ -n "${CONSOLE:-}" ]; then
	:
elif can_have_picocom; then
	CONSOLE=picocom
else
	CONSOLE=terminal
fi
set -- -M "$machine" -cpu "${CPU:-$(cpu)}" -smp "${SMP:-$cores}" -m "${MEM:-$(memory)}" \
	-nic none "$@"

case $CONSOLE in
terminal)
	set -- "$QEMU" -nographic "$@"
	echo "$*"
	echo 'To leave QEMU: Ctrl-A, then x.'
	exec "$@"
	;;
picocom | minicom)
	echo "$QEMU $*"
	run_with_program "$QEMU" "$@"
	;;
pty)
	echo 'Open the pseudo-terminal, then type cont here. To leave QEMU: quit.'
	exec "$QEMU" -S -display none -monitor stdio -serial pty "$@"
	;;
stdio)
	exec "$QEMU" -display none -monitor none -serial stdio "$@"
	;;
*/*)
	echo "$QEMU $*"
	echo "Waits for a program on the unix socket $CONSOLE. To leave QEMU: Ctrl-C."
	exec "$QEMU" -display none -monitor none -serial "unix:$CONSOLE,server=on" "$@"
	;;
*)
	die "no such console: $CONSOLE"
	;;
esac
