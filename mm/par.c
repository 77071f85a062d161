/* SPDX-License-Identifier: Apache-2.0 */
#include "mm/par.h"

#include <inttypes.h>

#include "mm/mmu_cfg.h"
#include "mm/pt_desc.h"
#include "monitor/base/text.h"

#define PAR_F          BIT(0)
#define PAR_FST(value) ((unsigned)field_get((value), 6, 1))
#define PAR_SH(value)  ((unsigned)field_get((value), 8, 7))
#define PAR_PA(value)  ((value)&MASK(47, 12))
#define PAR_ATTR(v)    ((unsigned)field_get((v), 63, 56))

/* Fault status codes; of most, the level is in the lowest two bits. */
enum {
    FST_TRANSLATION = 0x04,
    FST_ACCESS_FLAG = 0x08,
    FST_EXTERNAL = 0x10,
    FST_WALK = 0x14,
    FST_ALIGNMENT = 0x21,
};

void par_decode(uint64_t value, vaddr_t va, struct par *out)
{
    *out = (struct par){.fault = (value & PAR_F) != 0};
    if (out->fault) {
        out->status = PAR_FST(value);
        return;
    }
    out->pa = PAR_PA(value) | (va & (PAGE_BYTES - 1));
    out->memory = PAR_ATTR(value);
    out->shareability = PAR_SH(value);
}

/* Device and non-cacheable memory is outer shareable, whatever its descriptor says. */
static bool has_own_shareability(unsigned memory)
{
    return (memory & 0xf0) != 0 && memory != 0x44;
}

bool par_agrees(const struct par *answer, const struct par *expected)
{
    if (answer->fault || expected->fault)
        return answer->fault == expected->fault && answer->status == expected->status;
    return answer->pa == expected->pa && answer->memory == expected->memory &&
           (!has_own_shareability(answer->memory) ||
            answer->shareability == expected->shareability);
}

void par_expect(const struct pt_walk *walk, bool el2, uint64_t mair, struct par *out)
{
    const struct pt_step *last = &walk->steps[walk->step_count - 1];
    struct pt_leaf leaf;

    pt_leaf_decode(last->descriptor, el2, &leaf);
    *out = (struct par){.fault = !walk->mapped || !leaf.access_flag};
    if (out->fault) {
        out->status = (walk->mapped ? FST_ACCESS_FLAG : FST_TRANSLATION) + last->level;
        return;
    }
    out->pa = walk->pa;
    out->memory = (unsigned)(mair >> 8 * leaf.attr_index & 0xff);
    out->shareability = leaf.shareability;
}

void par_fault(unsigned status, char *out, size_t room)
{
    static const char levelled[] =
        "address size fault\0translation fault\0access flag fault\0permission fault\0"
        "\0external abort on a table walk";

    if (status == FST_EXTERNAL)
        (void)text_add(out, room, "synchronous external abort");
    else if (status == FST_ALIGNMENT)
        (void)text_add(out, room, "alignment fault");
    else if (status < FST_EXTERNAL || status >> 2 == FST_WALK >> 2)
        (void)text_add(out, room, "%s, level %u", text_pick(levelled, status >> 2), status & 3);
    else
        (void)text_add(out, room, "fault status 0x%x", status);
}

void par_describe(const struct par *par, char out[PAR_TEXT_BYTES])
{
    out[0] = '\0';
    if (par->fault)
        par_fault(par->status, out, PAR_TEXT_BYTES);
    else
        (void)text_add(out, PAR_TEXT_BYTES, "0x%016" PRIx64 ", %s, %s", par->pa,
                       mmu_cfg_memory_name(par->memory), pt_sharing_name(par->shareability));
}
