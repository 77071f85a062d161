/* SPDX-License-Identifier: Apache-2.0 */
/* What libraries that were built for a hosted program find of it here. */
#ifndef ELFMON_ARCH_HOSTED_H
#define ELFMON_ARCH_HOSTED_H

/** Hand libdeflate the memory that it unpacks with. Before anything is unpacked. */
void hosted_start(void);

#endif
