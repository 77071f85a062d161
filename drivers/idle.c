/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/idle.h"

/* Source: Arm DDI 0487, "The Generic Timer"; Arm DEN 0094 (BSA), "PPI assignments". */
enum {
    TIMER_INTID = 27,
    SPI_MIN = 32,
    US_PER_SECOND = 1000000,
    TICK_US = 10000, /* the longest sleep */
    DELIVERY_US = 20 /* from the timer to the core, at most: no FIFO overruns meanwhile */
};

#define CNTV_CTL_ENABLE UINT64_C(1)

static uint64_t counter(void)
{
    uint64_t value;

    __asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(value) : : "memory");
    return value;
}

static void set_timer(uint64_t compare, uint64_t control)
{
    __asm__ volatile("msr cntv_cval_el0, %0\n\tmsr cntv_ctl_el0, %1\n\tisb"
                     :
                     : "r"(compare), "r"(control)
                     : "memory");
}

/* The timer that is on fires when the counter reaches @compare. */
static void set_alarm(uint64_t compare)
{
    __asm__ volatile("msr cntv_cval_el0, %0\n\tisb" : : "r"(compare) : "memory");
}

/* Whether a WFI would not wait. */
static bool is_pending(void)
{
    uint64_t value;

    __asm__ volatile("isb\n\tmrs %0, isr_el1" : "=r"(value) : : "memory");
    return value != 0;
}

static uint64_t ticks(const struct idle *idle, uint64_t us)
{
    return us * idle->hz / US_PER_SECOND;
}

/* Have the timer fire now, see that this arrives, and only then let it fire in @us. False where it
 * does not arrive: nothing would end a sleep. */
static bool set_end(const struct idle *idle, uint64_t us)
{
    uint64_t now = counter();

    set_alarm(now);
    while (!is_pending())
        if (counter() - now > ticks(idle, DELIVERY_US))
            return false;
    set_alarm(now + ticks(idle, us < TICK_US ? us : TICK_US));
    return true;
}

static void sleep(void)
{
    __asm__ volatile("dsb sy\n\twfi" : : : "memory");
}

static bool is_described(const struct idle *idle)
{
    return idle->irq >= SPI_MIN && idle->wakeup.cpu && idle->hz;
}

void idle_start(struct idle *idle, struct serial *port)
{
    idle->useless = true;
    __asm__("mrs %0, cntfrq_el0" : "=r"(idle->hz));
    if (idle->on || !is_described(idle))
        return;
    wakeup_start(&idle->wakeup, idle->irq, TIMER_INTID);
    __asm__ volatile("mrs %0, cntv_cval_el0" : "=r"(idle->compare));
    __asm__ volatile("mrs %0, cntv_ctl_el0" : "=r"(idle->control));
    set_timer(UINT64_MAX, CNTV_CTL_ENABLE);
    port->ops->interrupt(port, true);
    idle->on = true;
    idle->useless = false;
}

void idle_stop(struct idle *idle, struct serial *port)
{
    if (!idle->on)
        return;
    idle->on = false;
    port->ops->interrupt(port, false);
    set_timer(idle->compare, idle->control);
    wakeup_stop(&idle->wakeup);
}

/* The FIFO is full, and without the timer there is no interrupt. */
static bool is_deaf(struct serial *port)
{
    if (port->ops->fill(port) != SERIAL_FULL)
        return false;
    set_alarm(UINT64_MAX);
    return !is_pending();
}

void idle_wait(struct idle *idle, struct serial *port, uint64_t us)
{
    if (!idle->on || !set_end(idle, us))
        return;
    sleep();
    if (is_deaf(port)) {
        idle_stop(idle, port);
        idle->useless = true;
    }
}

size_t idle_read(struct idle *idle, struct serial *port, uint8_t *to, size_t due)
{
    size_t count = 0, more = 1;

    if (!idle->on || !set_end(idle, TICK_US))
        return 0;
    while (count < due && more > 0) {
        sleep();
        more = port->ops->read(port, to + count, due - count, 1);
        count += more;
    }
    return count;
}
