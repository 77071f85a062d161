#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# symbols.sh NM [ELF]: the assembly source of the function table of ELF, or of an empty one.
# The table is the image's last read-only section, so that filling it moves no function.
set -eu
nm=$1
elf=${2:-}
export LC_ALL=C

printf '/* SPDX-License-Identifier: Apache-2.0 */\n\t.section .symbols, "a"\n\t.balign 4\n'
printf '\t.global symbol_table, symbol_count, symbol_names\nsymbol_table:\n'
[ -z "$elf" ] || "$nm" "$elf" | awk '
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
	{
		printf "\t.hword %d\n", $1 / 4
		names = names "\t.asciz \"" $2 "\"\n"
	}
	END { printf "symbol_names:\n%s", names }'
[ -n "$elf" ] || echo 'symbol_names:'
printf '\t.balign 4\nsymbol_count:\n\t.word (symbol_names - symbol_table) / 2\n'
