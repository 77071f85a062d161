/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images as plain bytes, which is what is planned and loaded: a compressed image is unpacked into
 * free memory, a devicetree with slack is packed. Each such copy has a digest of its own.
 */
#ifndef ELFMON_MONITOR_SOURCES_PLAIN_H
#define ELFMON_MONITOR_SOURCES_PLAIN_H

#include "mm/machine.h"
#include "mm/regions.h"
#include "monitor/sources/sources.h"

/** True where @image, in force for @role, needs a copy; a kernel unpacks its initrd itself. */
bool plain_is_needed(const struct fit_image *image, enum fit_role role);

/** The plain bytes of @image, in force for @role; size 0: it needs a copy that does not exist. */
struct bytes plain_of(const struct sources *s, const struct fit_image *image, enum fit_role role);

/** The same of the image in force for @role; size 0 also where there is none. */
struct bytes plain_bytes(const struct sources *s, enum fit_role role);

/**
 * What is said of how the kernel in force is entered. An uploaded kernel of which its content does
 * not tell is entered as the payload's, if that is one of its kind: an ELF, or bytes.
 */
struct protocol_rules plain_rules(const struct sources *s);

/**
 * Compare what is loaded for @role with its digest, the image's or its plain copy's: ERR_DIGEST,
 * ERR_UNSUPPORTED; ERR_OK also where there is no image or no digest.
 */
int plain_verify(const struct sources *s, enum fit_role role, struct diag *d);

/**
 * Check the images in force that need a copy and have none, and make it, at the highest places in
 * the RAM of @machine that are clear of @taken, which gets these too. Where that fails
 * s->plain_problem says why.
 */
void plain_make(struct sources *s, const struct machine *machine, struct regions *taken);

/** Add where the copies lie. */
int plain_list(const struct sources *s, struct regions *set, struct diag *d);

/** Move @data, which is or holds images of @s, to @to, which is free memory. */
void plain_move(struct sources *s, struct bytes *data, paddr_t to);

#endif
