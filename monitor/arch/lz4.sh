#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# lz4.sh PREFIX LIBLZ4 OBJECT: the assembly source of LZ4_decompress_safe_usingDict for a dictionary
# that lies right before the output, as it does within a frame, or is empty: the one function of
# liblz4 that this takes, with its tables and relocations. The library's object is of one piece and
# 50 KB. OBJECT becomes a copy of it, of which the source takes the bytes. Where liblz4 is not as
# expected here, the linker takes the whole object from the library, and the source is what its
# compressors, which nobody calls, want of a heap.
set -eu
prefix=$1
library=$2
object=$3
export LC_ALL=C

function=LZ4_decompress_safe_withSmallPrefix
table_bytes=0x40 # inc32table and dec64table, the first in .rodata

whole() {
	cat <<- END
		.global	malloc, calloc, free
		malloc:	mov	x0, #0
		calloc:	mov	x0, #0
		free:	ret
	END
	exit 0
}

"${prefix}ar" p "$library" lz4.o > "$object" 2>/dev/null || whole
section() { echo "0x$("${prefix}objdump" -h "$object" | awk -v name="$1" '$2 == name { print $6 }')"; }
symbols=$("${prefix}nm" -S "$object" | awk -v name="$function" '
	$4 == name { print "0x" $1, "0x" $2 }
	$4 == "inc32table" && $1 $2 == "00000000000000000000000000000020" { tables++ }
	$4 == "dec64table" && $1 $2 == "00000000000000200000000000000020" { tables++ }
	END { if (tables != 2) exit 1 }') || whole
start=${symbols% *}
size=${symbols#* }
[ -n "$symbols" ] || whole

# Where the code refers to anything else: offset, type, symbol. mawk takes 92e0 for a number.
relocations=$("${prefix}objdump" -r -j .text "$object" |
	awk -v from="x${start#0x}" -v to="$(printf x%016x $((start + size)))" '
	"x" $1 >= from && "x" $1 < to && $2 ~ /^R_/ { print "0x" $1, $2, $3 }')
if echo "$relocations" | grep -qvE ' (memmove|__stack_chk_(guard|fail)|\.rodata(\+0x[0-9a-f]+)?)$'; then
	whole
fi

# x0 source, x1 output, w2 and w3 their sizes, x4 dictionary: how far before the output.
cat << END
	.text
	.balign	16
	.global	LZ4_decompress_safe_usingDict
	.type	LZ4_decompress_safe_usingDict, %function
LZ4_decompress_safe_usingDict:
	sub	x4, x1, x4
	.type	$function, %function
$function:
	.incbin	"$object", $(section .text) + $start, $size
END
echo "$relocations" | awk -v at="$function - $start" '
	{ sub(/^\.rodata/, "tables", $3); printf "\t.reloc\t%s + %s, %s, %s\n", at, $1, $2, $3 }'
cat << END
	.section .rodata
	.balign	8
tables:
	.incbin	"$object", $(section .rodata), $table_bytes
END
