#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# sha256.sh PREFIX LIBCRYPTO OBJECT: the assembly source of libcrypto's SHA-256 block functions but
# for the NEON one, a third of them: the monitor never sets the bit in OPENSSL_armcap_P that asks
# for it. It is the last in its object; OBJECT becomes a copy of that, of which the source takes
# the bytes before. Where libcrypto is not as expected here, the source is empty and the linker
# takes the whole object from the library.
set -eu
prefix=$1
library=$2
object=$3
export LC_ALL=C

member=$("${prefix}ar" t "$library" | grep 'sha256-armv8\.o$') || exit 0
"${prefix}ar" p "$library" "$member" > "$object"
text=0x$("${prefix}objdump" -h "$object" | awk '$2 == ".text" { print $6 }')
layout=$("${prefix}nm" -n "$object" | awk 'NF == 3 { printf "%s ", $3 }')
relocations=$("${prefix}objdump" -r "$object" | awk '$2 ~ /^R_/ { printf "%s ", $1 $2 $3 }')
[ "$layout" = 'sha256_block_data_order sha256_block_armv8 sha256_block_neon ' ] || exit 0
[ "$relocations" = "\
0000000000000000R_AARCH64_ADR_PREL_PG_HI21OPENSSL_armcap_P \
0000000000000004R_AARCH64_LDST32_ABS_LO12_NCOPENSSL_armcap_P " ] || exit 0

# adrp x16, ...; ldr w16, [x16, ...]
[ "$(od -A n -t x4 -j $((text)) -N 8 "$object")" = ' 90000010 b9400210' ] || exit 0

at() { "${prefix}nm" "$object" | awk -v name="$1" '$3 == name { print "0x" $1 }'; }

cat << END
	.text
	.balign	16
	.global	sha256_block_data_order
	.type	sha256_block_data_order, %function
sha256_block_data_order:
	adrp	x16, OPENSSL_armcap_P
	ldr	w16, [x16, :lo12:OPENSSL_armcap_P]
	.incbin	"$object", $text + 8, $(at sha256_block_neon) - 8
	.set	sha256_block_armv8, sha256_block_data_order + $(at sha256_block_armv8)
	.type	sha256_block_armv8, %function
	.type	sha256_block_neon, %function
sha256_block_neon:
	udf	#0
END
