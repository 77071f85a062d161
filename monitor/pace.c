/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/pace.h"

enum {
    FIRST_BYTES = 128, /* of a trial: few where the other way is ten times as slow */
    TRIAL_READS = 8,
    PATIENCE_MIN = 15, /* reads between trials; doubled with each that changes nothing */
    PATIENCE_MAX = 255,
    FAR_SLOWER = 2, /* times as slow: no need to try longer */
    SMOOTHING = 4,
    COST_BYTES = 256,
    COST_MAX = UINT32_MAX / (2 * FAR_SLOWER),
};

enum pace_way pace_begin(struct pace *p, size_t *room)
{
    if (p->left == 0) {
        p->trying = true;
        p->left = TRIAL_READS;
        p->way = !p->way;
        p->cost[p->way] = 0;
        if (*room > FIRST_BYTES)
            *room = FIRST_BYTES;
    }
    return (enum pace_way)p->way;
}

static void end_trial(struct pace *p, bool better)
{
    p->trying = false;
    if (!better)
        p->way = !p->way;
    if (better || p->patience == 0)
        p->patience = PATIENCE_MIN;
    else if (p->patience < PATIENCE_MAX)
        p->patience = (uint8_t)(2 * p->patience + 1);
    p->left = p->patience;
}

void pace_end(struct pace *p, size_t count, uint64_t ticks)
{
    uint64_t cost = ticks * COST_BYTES / (count ? count : 1);
    uint32_t *own = &p->cost[p->way], other = p->cost[!p->way];

    if (cost > COST_MAX)
        cost = COST_MAX;
    *own = (uint32_t)(*own ? (*own * (SMOOTHING - UINT64_C(1)) + cost) / SMOOTHING : cost);
    p->left--;
    if (p->trying && (p->left == 0 || *own > FAR_SLOWER * other))
        end_trial(p, *own < other);
}
