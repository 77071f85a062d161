#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# symbols.sh NM [ELF]: the assembly source of the function table of ELF, or of an empty one; see
# symbols.h. The table is the image's last read-only section, so that filling it moves no function.
set -eu
nm=$1
elf=${2:-}
export LC_ALL=C

printf '/* SPDX-License-Identifier: Apache-2.0 */\n\t.section .symbols, "a"\n'
printf '\t.global symbol_count, symbol_codes\n'
{ [ -z "$elf" ] || "$nm" "$elf"; } | awk '
	function hex(s,   i, v) {
		v = 0
		for (i = 1; i <= length(s); i++)
			v = v * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1
		return v
	}
	$3 == "__image_start" { start = substr($1, 9) }
	$2 ~ /^[tT]$/ && $3 !~ /^[$_]/ {
		sub(/\..*/, "", $3)	# .constprop.0 and the like are the compiler'\''s
		at[++n] = substr($1, 9)
		name[n] = $3
	}
	END {
		for (i = 1; i <= n; i++)
			printf "%d %s\n", hex(at[i]) - hex(start), name[i]
	}' | sort -n -u -k1,1 | awk '
	function put(code) {
		bits += code * 2 ^ used
		for (used += 5; used >= 8; used -= 8) {
			bytes = bytes (bytes ? "," : "") bits % 256
			bits = int(bits / 256)
		}
	}
	function put_number(n) {
		for (; n >= 16; n = int(n / 16))
			put(16 + n % 16)
		put(n)
	}
	function put_name(name,   i, c) {
		for (i = 0; i < 31 && i < length(name) && substr(name, 1, i + 1) == substr(last, 1, i + 1); )
			i++
		last = name
		put(i)
		while (i < length(name)) {
			c = substr(name, ++i, 1)
			if (c ~ /[0-9]/) {
				put(28)
				put(c)
			} else if (c ~ /[A-Z]/) {
				put(29)
				put(index("ABCDEFGHIJKLMNOPQRSTUVWXYZ", c))
			} else
				put(index("abcdefghijklmnopqrstuvwxyz_", c))
		}
		put(0)
	}
	{
		put_number(int($1 / 4) - at)
		at = int($1 / 4)
		put_name(substr($2, 1, 63))
	}
	END {
		put(0)
		put(0)
		printf "symbol_codes:\n\t.byte\t%s\n\t.balign\t4\nsymbol_count:\n\t.word\t%d\n", bytes, NR
	}'
