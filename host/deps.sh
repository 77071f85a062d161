#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# deps.sh DIRECTORY: see to it that everything is there that building, running and testing needs.
# Host packages are installed with apt-get; the arm64 static libraries are fetched with private
# apt state and unpacked below DIRECTORY, so that the system gets no foreign architecture.
# Prints what it will do before it does it, nothing where there is nothing to do. Where it may
# not install (not root, not Debian, NO_INSTALL=1), prints what is missing and exits with 1.
set -eu

directory=$1

packages='gcc make git ca-certificates binutils gcc-aarch64-linux-gnu binutils-aarch64-linux-gnu
picolibc-aarch64-linux-gnu libc6-dev libfdt-dev libssl-dev libelf-dev qemu-system-arm
device-tree-compiler u-boot-tools u-boot-qemu libcmocka-dev clang libclang-rt-14-dev
clang-format clang-tidy cppcheck shellcheck gdb-multiarch python3 python3-pytest
python3-pytest-xdist python3-pexpect'
arm64='libfdt-dev libssl-dev'

installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

may_install() {
	[ -z "${NO_INSTALL:-}" ] && [ "$(id -u)" = 0 ] && [ -e /etc/debian_version ]
}

missing_packages() {
	for package in $packages; do
		if command -v dpkg-query >/dev/null; then
			installed "$package" || printf ' %s' "$package"
		fi
	done
}

missing_arm64() {
	for package in $arm64; do
		[ -e "$directory/.$package" ] || printf ' %s' "$package"
	done
}

# apt-get for arm64 with state of its own.
private_apt() {
	apt-get -q -o APT::Architecture=arm64 -o APT::Architectures=arm64 \
		-o Dir::State="$directory/apt" -o Dir::State::status="$directory/apt/status" \
		-o Dir::Cache="$directory/apt" -o Debug::NoLocking=1 "$@"
}

fetch_arm64() {
	mkdir -p "$directory/apt/lists/partial" "$directory/apt/archives/partial"
	: > "$directory/apt/status"
	private_apt -o APT::Sandbox::User="$(id -un)" update
	for package in $1; do
		(cd "$directory/apt" && rm -f "$package"_*.deb &&
			private_apt -o APT::Sandbox::User="$(id -un)" download "$package")
		dpkg-deb -x "$directory/apt/$package"_*.deb "$directory"
		: > "$directory/.$package"
	done
	rm -rf "$directory/apt"
}

host=$(missing_packages)
target=$(missing_arm64)
[ -n "$host$target" ] || exit 0

if ! may_install; then
	[ -z "$host" ] || echo "deps: missing packages:$host"
	[ -z "$target" ] || echo "deps: missing arm64 static libraries below $directory:$target"
	echo 'deps: not installing (NO_INSTALL is set, or not root on Debian)'
	exit 1
fi
if [ -n "$host" ]; then
	echo "deps: will install with apt-get:$host"
	apt-get -q update
	# The word list is meant to split.
	# shellcheck disable=SC2086
	DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install $host
fi
if [ -n "$target" ]; then
	mkdir -p "$directory"
	directory=$(cd "$directory" && pwd)
	echo "deps: will fetch for arm64 and unpack below $directory:$target"
	fetch_arm64 "$target"
fi
