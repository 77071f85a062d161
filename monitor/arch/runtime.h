/* SPDX-License-Identifier: Apache-2.0 */
/* What the C library, the compiler and libcrypto ask of a program without an operating system. */
#ifndef ELFMON_ARCH_RUNTIME_H
#define ELFMON_ARCH_RUNTIME_H

/** Find out what libcrypto may use of this CPU, and choose a stack protector value. First thing. */
void runtime_start(void);

#endif
