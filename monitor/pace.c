/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/pace.h"

enum {
    FIRST_BYTES = 128, /* of a trial: few where the other way is ten times as slow */
    TRIAL_BYTES = 4 * 1024,
    PATIENCE_MIN = 16 * 1024, /* bytes between trials; doubled with each that changes nothing */
    PATIENCE_MAX = 256 * 1024,
    CLEARLY = 8,  /* a trial ends at once if it costs more by this share of the other way's cost */
    HANDICAP = 8, /* what sleep costs counts this share more */
    FAR_SLOWER = 2, /* times as slow as the other was last: time to see how that is now */
    SMOOTHING = 8,
    COST_BYTES = 256,
    COST_MAX = UINT32_MAX / (2 * FAR_SLOWER),
};

enum pace_way pace_begin(struct pace *p, size_t *room)
{
    if (p->left == 0) {
        p->is_trial = true;
        p->way = !p->way;
        p->left = TRIAL_BYTES;
        p->bytes = 0;
        p->ticks = 0;
        if (*room > FIRST_BYTES)
            *room = FIRST_BYTES;
    }
    return (enum pace_way)p->way;
}

/* The first of all has nothing to be compared with: the other way's is next. */
static void end_trial(struct pace *p, bool better)
{
    p->is_trial = false;
    if (p->cost[!p->way] == 0)
        return;
    if (!better)
        p->way = !p->way;
    if (better || p->patience == 0)
        p->patience = PATIENCE_MIN;
    else if (p->patience < PATIENCE_MAX)
        p->patience *= 2;
    p->left = p->patience;
}

static uint32_t cost_of(size_t bytes, uint64_t ticks)
{
    uint64_t cost = ticks * COST_BYTES / (bytes ? bytes : 1);

    return cost < COST_MAX ? (uint32_t)cost : COST_MAX;
}

static void go_on_trying(struct pace *p, size_t count, uint64_t ticks)
{
    uint32_t own, other = p->cost[!p->way];

    p->bytes += count;
    p->ticks += ticks;
    p->cost[p->way] = own = cost_of(p->bytes, p->ticks);
    if (own > other + other / CLEARLY)
        p->left = 0;
    if (p->left == 0)
        end_trial(p, own < other);
}

static void go_on(struct pace *p, size_t count, uint64_t ticks)
{
    uint32_t *own = &p->cost[p->way];

    *own = (uint32_t)((*own * (SMOOTHING - UINT64_C(1)) + cost_of(count, ticks)) / SMOOTHING);
    if (*own > FAR_SLOWER * p->cost[!p->way])
        p->left = 0;
}

/* Where sleep is faster, it is so by far, because emulator and sender want the core. Else polling
 * is faster, by a tenth, which is less than what a host's speed changes by meanwhile: without the
 * handicap, that would decide. */
void pace_end(struct pace *p, size_t count, uint64_t ticks)
{
    if (p->way == PACE_SLEEP)
        ticks += ticks / HANDICAP;
    p->left -= count < p->left ? (uint32_t)count : p->left;
    (p->is_trial ? go_on_trying : go_on)(p, count, ticks);
}
