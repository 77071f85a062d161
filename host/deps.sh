#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# deps.sh DIRECTORY [build|run|test|check|bench]...
# See to it that everything is there that building, running, testing and checking need. What
# counts is the tool, header or library itself, wherever it comes from; what is missing is named,
# and on Debian installed with apt-get, as the package that has it. The arm64 static libraries
# are fetched with private apt state, for which one need not be root, and unpacked below DIRECTORY,
# so that the system gets no foreign architecture.
# Prints what it will do before it does it, and nothing where there is nothing to do. Where it may
# not install (not root, not Debian, NO_INSTALL=1), prints what is missing and exits with 1.
# From the environment: HOST_CC, CROSS_COMPILE, PICOLIBC, ARM64_INCLUDE, ARM64_LIB, QEMU, FUZZ_CC, PYTHON.
set -eu

directory=$1
shift
purposes=${*:-build run test check bench}

arm64_packages='libdeflate-dev libfdt-dev liblz4-dev libssl-dev'

# need PACKAGE CHECK...: unless the check succeeds, the package is missing.
need() {
	package=$1
	shift
	"$@" >/dev/null 2>&1 || packages="$packages $package"
}

tool() {
	command -v "$1"
}

header() {
	echo "#include <$1>" | "$HOST_CC" -E -
}

python_module() {
	"$PYTHON" -c "import importlib.util as u; exit(not u.find_spec('$1'))"
}

fuzzer_runtime() {
	find "$("$FUZZ_CC" -print-resource-dir)/" -name 'libclang_rt.fuzzer*.a' | grep -q .
}

need_build() {
	need gcc tool "$HOST_CC"
	need binutils tool ar
	need libc6-dev header stdio.h
	need libelf-dev header libelf.h
	need libdeflate-dev header libdeflate.h
	need libfdt-dev header libfdt.h
	need liblz4-dev header lz4.h
	need libssl-dev header openssl/sha.h
	need gcc-aarch64-linux-gnu tool "${CROSS_COMPILE}gcc"
	need picolibc-aarch64-linux-gnu \
		test -e "$PICOLIBC/lib/libc.a"
}

need_run() {
	need qemu-system-arm tool "$QEMU"
}

need_test() {
	need libcmocka-dev test -e /usr/include/cmocka.h -o -e /usr/local/include/cmocka.h
	need clang tool "$FUZZ_CC"
	need libclang-rt-dev fuzzer_runtime
	need python3 tool "$PYTHON"
	need python3-pytest python_module pytest
	need python3-pytest-xdist python_module xdist
	need python3-pexpect python_module pexpect
	need device-tree-compiler tool fdtget
	need u-boot-tools tool mkimage
	need lrzsz tool sx
	need lz4 tool lz4
	need gdb-multiarch tool gdb-multiarch
	need_uboot
}

need_check() {
	need clang-format tool clang-format
	need clang-tidy tool clang-tidy
	need cppcheck tool cppcheck
	need shellcheck tool shellcheck
}

# U-Boot is there to compare with and to chain-load; where it cannot be had, bench and tests do
# without.
need_uboot() {
	[ ! -e /etc/debian_version ] || need u-boot-qemu test -e /usr/lib/u-boot/qemu_arm64/u-boot.bin
}

need_bench() {
	need_uboot
}

missing_packages() {
	packages=''
	for purpose in $purposes; do
		"need_$purpose"
	done
	echo "$packages"
}

missing_arm64() {
	for file in "$ARM64_LIB/libcrypto.a" "$ARM64_LIB/libdeflate.a" "$ARM64_LIB/libfdt.a" \
		"$ARM64_LIB/liblz4.a" "$ARM64_INCLUDE/libdeflate.h" "$ARM64_INCLUDE/libfdt.h" \
		"$ARM64_INCLUDE/lz4.h" "$ARM64_INCLUDE/openssl/sha.h"; do
		[ -e "$file" ] || echo " $file"
	done
}

on_debian() {
	[ -z "${NO_INSTALL:-}" ] && [ -e /etc/debian_version ] && command -v apt-get >/dev/null
}

install_packages() {
	echo "deps: will install with apt-get:$1"
	apt-get -q update
	# The package list is meant to split.
	# shellcheck disable=SC2086
	DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install $1
}

# apt-get for arm64 with state of its own, below $private.
private_apt() {
	apt-get -q -o APT::Architecture=arm64 -o APT::Architectures=arm64 \
		-o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none -o Debug::NoLocking=1 \
		-o Dir::State="$private" -o Dir::State::status="$private/status" \
		-o Dir::Cache="$private" "$@"
}

fetch_arm64() {
	mkdir -p "$directory"
	private=$(cd "$directory" && pwd)/apt
	echo "deps: will fetch for arm64 and unpack below $directory: $arm64_packages"
	rm -rf "$private"
	mkdir -p "$private/lists/partial" "$private/archives/partial" "$private/root"
	: > "$private/status"
	private_apt update
	# The package list is meant to split.
	# shellcheck disable=SC2086
	(cd "$private" && private_apt download $arm64_packages)
	for package in "$private"/*.deb; do
		dpkg-deb -x "$package" "$private/root"
	done
	# Only now, so that a half-unpacked library is never taken for one.
	rm -rf "${directory:?}/usr"
	mv "$private/root/usr" "$directory/usr"
	rm -rf "$private"
}

# Print what is missing and leave.
give_up() {
	[ -z "$host" ] || echo "deps: missing, by the names of Debian's packages:$host"
	[ -z "$target" ] || printf 'deps: missing arm64 static libraries and headers:\n%s\n' "$target"
	echo "deps: $1"
	exit 1
}

look() {
	host=$(missing_packages)
	target=$(missing_arm64)
}

look
[ -n "$host$target" ] || exit 0
on_debian || give_up 'not installing them: NO_INSTALL is set, or this is not Debian'
[ -z "$host" ] || [ "$(id -u)" = 0 ] || give_up 'not installing them: not root'
[ -z "$host" ] || install_packages "$host"
[ -z "$target" ] || fetch_arm64
look
[ -z "$host$target" ] || give_up 'still missing: is an overridden name or place wrong?'
