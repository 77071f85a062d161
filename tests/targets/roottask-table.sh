#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Usage: roottask-table.sh READELF ELF... > roottasks.inc
# One initializer of struct roottask (kernel/roottask.h) per ELF: what a loader must make of it.
set -eu

readelf=$1
shift

page_up() { echo $((($1 + 4095) / 4096 * 4096)); }

# segment OFFSET VADDR FILESZ MEMSZ FLAGS: cksum is POSIX's CRC of the file bytes.
segment() {
    flags=0
    case $5 in *R*) flags=$((flags + 4)) ;; esac
    case $5 in *W*) flags=$((flags + 2)) ;; esac
    case $5 in *E*) flags=$((flags + 1)) ;; esac
    sum=$(tail -c +$(($1 + 1)) "$elf" | head -c $(($3)) | cksum)
    echo "        {.va = $2, .file_bytes = $3, .memory_bytes = $4, .flags = $flags," \
        ".cksum = ${sum%% *}u},"
}

for elf in "$@"; do
    entry=$("$readelf" -hW "$elf" | sed -n 's/.*Entry point address: *//p')
    phdr_count=$("$readelf" -hW "$elf" | sed -n 's/.*Number of program headers: *//p')
    echo "{.name = \"$(basename "$elf")\", .entry = $entry, .phdr_count = $phdr_count,"
    echo "    .segments = {"
    first='' end='' count=0
    "$readelf" -lW "$elf" | grep '^ *LOAD' > "${elf}.segments"
    while read -r _ offset va _ file_bytes memory_bytes flags; do
        segment "$offset" "$va" "$file_bytes" "$memory_bytes" "${flags% *}"
        first=${first:-$((va / 4096 * 4096))}
        end=$(page_up $((va + memory_bytes)))
        count=$((count + 1))
    done < "${elf}.segments"
    rm -f "${elf}.segments"
    echo "    }, .segment_count = $count, .va_start = $first, .va_end = $end},"
done
