/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/pace.h"

enum {
    FIRST_BYTES = 128, /* of a trial: few where that way is ten times as slow */
    TRIAL_BYTES = 2 * 1024,
    PATIENCE_MIN = 16 * 1024, /* bytes between trials; doubled with each that changes nothing */
    PATIENCE_MAX = 64 * 1024,
    CLEARLY = 4,    /* a trial ends at once if it is slower by this share of the best one's rate */
    HANDICAP = 8,   /* sleep counts as slower by this share */
    FAR_SLOWER = 2, /* times as slow as another was last: time to see how that is now */
    SMOOTHING = 8,
    RATE_SHIFT = 21,
    SLEEP = 1, /* soon: where polling is slow, it is by far */
};

/* Each a quarter more than the one before, beginning with next to none, in the order of trials. */
static const uint16_t turns[PACE_WAYS] = {
    10, [SLEEP] = PACE_SLEEP, 100, 125, 156, 195, 244, 305, 381, 477, 596, 745, 931, 1164, 1455,
};

unsigned pace_begin(struct pace *p, size_t *room)
{
    if (p->left == 0) {
        p->is_trial = true;
        p->way = p->next;
        p->left = TRIAL_BYTES;
        p->bytes = 0;
        p->ticks = 0;
        if (*room > FIRST_BYTES)
            *room = FIRST_BYTES;
    }
    return turns[p->way];
}

static uint8_t behind(uint8_t way)
{
    return (uint8_t)((way + 1) % PACE_WAYS);
}

/* What has never been tried is, at once; not so after a trial that got nothing: the sender has
 * paused, or the next one gets nothing, too. */
static void end_trial(struct pace *p, bool is_better, bool is_measured)
{
    if (is_better)
        p->best = p->way;
    if (is_better || p->patience == 0)
        p->patience = PATIENCE_MIN;
    else if (p->patience < PATIENCE_MAX)
        p->patience *= 2;
    p->next = behind(p->way);
    if (p->next == p->best)
        p->next = behind(p->next);
    if (p->rate[p->best] && (p->rate[p->next] || !is_measured))
        p->left = p->patience;
    p->way = p->best;
    p->is_trial = false;
}

static uint32_t rate_of(uint64_t bytes, uint64_t ticks)
{
    return (uint32_t)((bytes << RATE_SHIFT) / (ticks + 1) + 1);
}

static void go_on_trying(struct pace *p, size_t count, uint64_t ticks)
{
    uint32_t own, best = p->rate[p->best];

    p->bytes += count;
    p->ticks += ticks;
    own = rate_of(p->bytes, p->ticks);
    if (count == 0 || own < best - best / CLEARLY)
        p->left = 0;
    if (count)
        p->rate[p->way] = own;
    if (p->left == 0)
        end_trial(p, count && own > best, count);
}

static void go_on(struct pace *p, size_t count, uint64_t ticks)
{
    uint32_t *own = &p->rate[p->way];

    *own = (uint32_t)((*own * (SMOOTHING - UINT64_C(1)) + rate_of(count, ticks)) / SMOOTHING);
    if (*own < p->rate[p->next] / FAR_SLOWER) {
        p->left = 0;
        p->next = p->way == SLEEP ? 0 : SLEEP;
    }
}

/* Where sleep is faster, it is so by far, because emulator and sender want the core. Else polling
 * is faster, by a tenth, which is less than what a host's speed changes by meanwhile: without the
 * handicap, that would decide. */
void pace_end(struct pace *p, size_t count, uint64_t ticks)
{
    if (turns[p->way] == PACE_SLEEP)
        ticks += ticks / HANDICAP;
    p->left -= count < p->left ? (uint32_t)count : p->left;
    (p->is_trial ? go_on_trying : go_on)(p, count, ticks);
}
