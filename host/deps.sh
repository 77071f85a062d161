#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# deps.sh DIRECTORY [build|run|linux|upload|test|check|bench]...
# See to it that everything is there that building, running, testing and checking need. What
# counts is the tool, header or library itself, wherever it comes from; what is missing is named,
# and on Debian installed with apt-get, as the package that has it. The arm64 static libraries
# are fetched with private apt state, for which one need not be root, and unpacked below DIRECTORY,
# so that the system gets no foreign architecture. So are, for linux, Debian's arm64 kernel and a
# static busybox, DIRECTORY/linux has Image, busybox and the devicetrees of boards, and Debian's Xen,
# DIRECTORY/xen.
# Prints what it will do before it does it, and nothing where there is nothing to do. Where it may
# not install (not root, not Debian, NO_INSTALL=1), prints what is missing and exits with 1.
# From the environment: HOST_CC, CROSS_COMPILE, PICOLIBC, ARM64_INCLUDE, ARM64_LIB, QEMU, FUZZ_CC, PYTHON.
set -eu

directory=$1
shift
purposes=${*:-build run test check bench}

arm64_packages='libdeflate-dev libfdt-dev liblz4-dev libssl-dev libxxhash-dev'

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
	need libxxhash-dev header xxhash.h
	need gcc-aarch64-linux-gnu tool "${CROSS_COMPILE}gcc"
	need picolibc-aarch64-linux-gnu \
		test -e "$PICOLIBC/lib/libc.a"
}

need_upload() {
	need python3 tool "$PYTHON"
	need lrzsz tool sb
}

need_run() {
	need qemu-system-arm tool "$QEMU"
	need picocom tool picocom
	need_upload
}

need_linux() {
	need cpio tool cpio
	need_run
}

need_test() {
	need libcmocka-dev test -e /usr/include/cmocka.h -o -e /usr/local/include/cmocka.h
	need clang tool "$FUZZ_CC"
	need libclang-rt-dev fuzzer_runtime
	need_upload
	need python3-pytest python_module pytest
	need python3-pytest-xdist python_module xdist
	need python3-pexpect python_module pexpect
	need device-tree-compiler tool fdtget
	need u-boot-tools tool mkimage
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
		"$ARM64_LIB/liblz4.a" "$ARM64_LIB/libxxhash.a" \
		"$ARM64_INCLUDE/libdeflate.h" "$ARM64_INCLUDE/libfdt.h" "$ARM64_INCLUDE/lz4.h" \
		"$ARM64_INCLUDE/openssl/sha.h" "$ARM64_INCLUDE/xxhash.h"; do
		[ -e "$file" ] || echo " $file"
	done
}

# Only asked for on Debian, whose kernel it is; elsewhere tests do without.
missing_linux() {
	case " $purposes " in
	*' linux '*) [ ! -e /etc/debian_version ] || [ -e "$directory/linux/Image" ] || echo ' Linux' ;;
	esac
}

missing_xen() {
	case " $purposes " in
	*' linux '*) [ ! -e /etc/debian_version ] || [ -e "$directory/xen" ] || echo ' Xen' ;;
	esac
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

# Let apt work for arm64 with state of its own, below $private, which is new and empty.
begin_private() {
	mkdir -p "$directory"
	private=$(cd "$directory" && pwd)/apt
	echo "deps: will fetch for arm64 and unpack below $directory: $1"
	rm -rf "$private"
	mkdir -p "$private/lists/partial" "$private/archives/partial" "$private/root"
	: > "$private/status"
	cat > "$private/apt.conf" <<-END
		APT::Architecture "arm64";
		APT::Architectures "arm64";
		APT::Sandbox::User "$(id -un)";
		Acquire::Languages "none";
		Debug::NoLocking "1";
		Dir::State "$private";
		Dir::State::status "$private/status";
		Dir::Cache "$private";
	END
	APT_CONFIG=$private/apt.conf apt-get -q update
}

private_download() {
	(cd "$private" && APT_CONFIG=$private/apt.conf apt-get -q download "$@")
}

fetch_arm64() {
	begin_private "$arm64_packages"
	# The package list is meant to split.
	# shellcheck disable=SC2086
	private_download $arm64_packages
	for package in "$private"/*.deb; do
		dpkg-deb -x "$package" "$private/root"
	done
	# Only now, so that a half-unpacked library is never taken for one.
	rm -rf "${directory:?}/usr"
	mv "$private/root/usr" "$directory/usr"
	rm -rf "$private"
}

# Of the kernel that linux-image-arm64 depends on, all but its modules.
fetch_linux() {
	begin_private 'linux-image-arm64 busybox-static'
	kernel=$(APT_CONFIG=$private/apt.conf apt-cache depends linux-image-arm64 |
		sed -n 's/.*Depends: \(linux-image-[0-9].*\)/\1/p')
	private_download "$kernel" busybox-static
	for package in "$private"/*.deb; do
		dpkg-deb --fsys-tarfile "$package" |
			tar -x -C "$private/root" --wildcards --exclude './lib/*' --exclude '*/doc/*'
	done
	mkdir "$private/linux"
	mv "$private/root"/boot/vmlinuz-* "$private/linux/Image"
	mv "$private/root"/*bin/busybox "$private/linux/busybox"
	mv "$private/root/usr/lib/$kernel" "$private/linux/dtb"
	rm -rf "${directory:?}/linux"
	mv "$private/linux" "$directory/linux"
	rm -rf "$private"
}

# Of the hypervisor that xen-system-arm64 depends on, the Image.
fetch_xen() {
	begin_private xen-system-arm64
	private_download "$(APT_CONFIG=$private/apt.conf apt-cache depends xen-system-arm64 |
		sed -n 's/.*Depends: \(xen-hypervisor-[0-9].*\)/\1/p')"
	dpkg-deb -x "$private"/*.deb "$private/root"
	mv "$private/root"/boot/xen-*-arm64 "$directory/xen"
	rm -rf "$private"
}

# Print what is missing and leave.
give_up() {
	[ -z "$host" ] || echo "deps: missing, by the names of Debian's packages:$host"
	[ -z "$target" ] || printf 'deps: missing arm64 static libraries and headers:\n%s\n' "$target"
	[ -z "$linux" ] || echo "deps: missing: Debian's arm64 kernel and busybox in $directory/linux"
	[ -z "$xen" ] || echo "deps: missing: Debian's arm64 hypervisor as $directory/xen"
	echo "deps: $1"
	exit 1
}

look() {
	host=$(missing_packages)
	linux=$(missing_linux)
	xen=$(missing_xen)
	target=''
	case " $purposes " in
	*' build '*) target=$(missing_arm64) ;;
	esac
}

look
[ -n "$host$target$linux$xen" ] || exit 0
on_debian || give_up 'not installing them: NO_INSTALL is set, or this is not Debian'
[ -z "$host" ] || [ "$(id -u)" = 0 ] || give_up 'not installing them: not root'
[ -z "$host" ] || install_packages "$host"
[ -z "$target" ] || fetch_arm64
[ -z "$linux" ] || fetch_linux
[ -z "$xen" ] || fetch_xen
look
[ -z "$host$target$linux$xen" ] || give_up 'still missing: is an overridden name or place wrong?'
