/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/idle.h"

/* Source: Arm DDI 0487, "The Generic Timer"; Arm DEN 0094 (BSA), "PPI assignments". */
enum {
    TIMER_INTID = 27,
    SPI_MIN = 32,
    TICKS_PER_SECOND = 100,
    TICK_US = 1000000 / TICKS_PER_SECOND,
    MOMENTS_PER_SECOND = 300000,
    BUSY_MOMENTS = 24, /* between two waits: some FIFOs full */
    REST_MOMENTS = 20, /* at most: a FIFO takes 2.6 times as long at 921,600 baud */
    REST_STEPS = 4,    /* in a moment */
    SPIN_TURNS = 10,   /* 1 us or less in an emulator */
    SPIN_SAMPLE = 100, /* turns; in an emulator 5 to 10 us */
    SPIN_SAMPLES = 8,
    SPIN_ALL = 4000, /* until it is given up; below a millisecond */
    SHARES = 8,
};

#define NEVER UINT64_MAX

#define CNTV_CTL_ENABLE  UINT64_C(1)
#define CNTV_CTL_ISTATUS UINT64_C(4)

static uint64_t counter(void)
{
    uint64_t value;

    __asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(value) : : "memory");
    return value;
}

static uint64_t timer_control(void)
{
    uint64_t value;

    __asm__ volatile("mrs %0, cntv_ctl_el0" : "=r"(value));
    return value;
}

static void set_timer(uint64_t compare, uint64_t control)
{
    __asm__ volatile("msr cntv_cval_el0, %0\n\tmsr cntv_ctl_el0, %1\n\tisb"
                     :
                     : "r"(compare), "r"(control)
                     : "memory");
}

static void arm(struct idle *idle, uint64_t end)
{
    idle->end = end;
    set_timer(end, CNTV_CTL_ENABLE);
}

static void disarm(struct idle *idle)
{
    idle->end = NEVER;
    __asm__ volatile("msr cntv_ctl_el0, xzr\n\tisb" : : : "memory");
}

/* Whether a WFI would not wait. */
static bool is_pending(void)
{
    uint64_t value;

    __asm__ volatile("isb\n\tmrs %0, isr_el1" : "=r"(value) : : "memory");
    return value != 0;
}

static void pause(uint64_t ticks)
{
    uint64_t start = counter();

    while (counter() - start < ticks)
        ;
}

/* Divisions take an emulator some time, and no lock; each needs the one before. A function by
 * itself: where instructions are counted, what is only waited does not count. */
__attribute__((noinline)) static void spin(unsigned turns)
{
    uint64_t value = 1;

    for (; turns > 0; turns--)
        __asm__ volatile(".rept 16\n\tudiv %0, %0, %0\n\t.endr" : "+r"(value));
}

/* The most of some samples: in the others an emulator translates, waits for a lock, or does not
 * run. */
static uint64_t turns_in(uint64_t ticks)
{
    uint64_t most = 0;

    for (unsigned i = 0; i < SPIN_SAMPLES; i++) {
        uint64_t begin = counter(), turns;

        spin(SPIN_SAMPLE);
        turns = ticks * SPIN_SAMPLE / (counter() - begin + 1);
        most = turns > most ? turns : most;
    }
    return most;
}

/* Interrupts are pending exactly when the timer has fired: a WFI always ends. */
static bool is_usable(const struct idle *idle)
{
    bool before = is_pending();

    set_timer(counter(), CNTV_CTL_ENABLE);
    pause(idle->moment);
    return !before && is_pending();
}

static void stop(struct idle *idle, struct serial *port)
{
    idle->on = false;
    port->ops->interrupt(port, false);
    set_timer(idle->compare, idle->control);
    wakeup_stop(&idle->wakeup);
}

/* A timer that is in use is somebody else's. */
static bool is_described(struct idle *idle)
{
    uint64_t hz;

    __asm__("mrs %0, cntfrq_el0" : "=r"(hz));
    __asm__ volatile("mrs %0, cntv_cval_el0" : "=r"(idle->compare));
    idle->control = timer_control();
    idle->tick = hz / TICKS_PER_SECOND;
    idle->moment = hz / MOMENTS_PER_SECOND;
    return idle->irq >= SPI_MIN && idle->wakeup.cpu && idle->moment &&
           !(idle->control & CNTV_CTL_ENABLE);
}

void idle_start(struct idle *idle, struct serial *port)
{
    idle->useless = true;
    idle->is_proven = false;
    idle->is_muted = false;
    if (idle->on || !is_described(idle))
        return;
    wakeup_start(&idle->wakeup, idle->irq, TIMER_INTID);
    if (is_usable(idle)) {
        port->ops->interrupt(port, true);
        arm(idle, counter() + idle->tick);
        idle->spin_max = turns_in(REST_MOMENTS * idle->moment);
        idle->on = true;
        idle->useless = false;
    } else {
        stop(idle, port);
    }
}

void idle_stop(struct idle *idle, struct serial *port)
{
    if (idle->on)
        stop(idle, port);
}

static bool has_fired(void)
{
    return timer_control() & CNTV_CTL_ISTATUS;
}

/*
 * The timer is set when it has fired or was taken back, not before each WFI: that would wake the
 * emulator's main loop each time. Nor is it looked at before: its registers take the lock that the
 * main loop needs, ISR_EL1 does not.
 */
static void set_end(struct idle *idle, uint64_t now, uint64_t us)
{
    uint64_t end = now + (us < TICK_US ? us * idle->tick / TICK_US : idle->tick);

    if (is_pending() && has_fired())
        idle->end = NEVER;
    if (end < idle->end)
        arm(idle, end);
}

/* Until the line's interrupt has once ended a WFI: where only the timer does, although the FIFO is
 * full, it does not come. */
static void judge(struct idle *idle, struct serial *port, enum serial_fill fill)
{
    if (!has_fired()) {
        idle->is_proven = fill != SERIAL_EMPTY;
        return;
    }
    arm(idle, counter() + idle->tick);
    if (fill == SERIAL_FULL && !is_pending()) {
        stop(idle, port);
        idle->useless = true;
    }
}

static void sleep(void)
{
    __asm__ volatile("dsb sy\n\twfi" : : : "memory");
}

/* Until the line's interrupt or the timer's end. An emulator's main loop is slower while a timer is
 * set: where waits are rare, none is set between them. */
static void listen(struct idle *idle, struct serial *port, uint64_t us)
{
    uint64_t now = counter();
    bool is_rare = idle->is_proven && now - idle->woken > BUSY_MOMENTS * idle->moment;

    if (idle->is_muted) {
        idle->is_muted = false;
        idle->end = NEVER;
        port->ops->interrupt(port, true);
    }
    set_end(idle, now, us);
    sleep();
    idle->woken = counter();
    if (is_rare)
        disarm(idle);
}

static void mute(struct idle *idle, struct serial *port)
{
    if (!idle->is_muted) {
        idle->is_muted = true;
        port->ops->interrupt(port, false);
    }
}

/* Until the timer's end alone: meanwhile @size bytes come. */
static void rest(struct idle *idle, struct serial *port, size_t size)
{
    mute(idle, port);
    arm(idle, counter() + idle->rest * size / SERIAL_FIFO_BYTES);
    sleep();
}

/* What is waited is a step more the next time where the FIFO had room left, a step and a share less
 * where it was full. */
static void adapt(struct idle *idle, size_t count)
{
    uint64_t step = idle->moment / REST_STEPS, less = idle->rest / SHARES + step;

    if (count == SERIAL_FIFO_BYTES)
        idle->rest = idle->rest > less ? idle->rest - less : 0;
    else if (count > 0 && idle->rest < REST_MOMENTS * idle->moment)
        idle->rest += step;
}

static size_t at_once(size_t due)
{
    return due < SERIAL_FIFO_BYTES ? due : SERIAL_FIFO_BYTES;
}

void idle_wait(struct idle *idle, struct serial *port, uint64_t us)
{
    listen(idle, port, us);
    if (!idle->is_proven)
        judge(idle, port, port->ops->fill(port));
}

/*
 * An emulator may pass bytes on one by one: if the first ended the sleep, each would cost it a
 * switch of threads. To spin until there are more would take the core that it needs for them, if
 * they share one.
 */
size_t idle_read(struct idle *idle, struct serial *port, uint8_t *to, size_t due)
{
    size_t count = 0, size = at_once(due);

    if (idle->is_proven && idle->rest >= idle->moment) {
        rest(idle, port, size);
        count = port->ops->read(port, to, size, 1);
    }
    if (count == 0) {
        idle_wait(idle, port, UINT64_MAX);
        count = port->ops->read(port, to, size, 1);
    }
    if (size == SERIAL_FIFO_BYTES)
        adapt(idle, count);
    return count;
}

/* Until something has come, or for long enough. By itself for the same reason. */
__attribute__((noinline)) static void watch(struct serial *port, unsigned turns)
{
    for (unsigned left = SPIN_ALL; left > turns; left -= turns, turns = SPIN_TURNS) {
        spin(turns);
        if (port->ops->fill(port) != SERIAL_EMPTY)
            return;
    }
}

/*
 * Where a look meets an emulator that fills the FIFO, one of them waits for the other's lock, and
 * that is a switch of threads: the best time to look is right after it.
 */
size_t idle_poll(struct idle *idle, struct serial *port, uint8_t *to, size_t due, unsigned turns)
{
    mute(idle, port);
    if (idle->end != NEVER)
        disarm(idle);
    watch(port, turns < idle->spin_max ? turns : (unsigned)idle->spin_max);
    return port->ops->read(port, to, at_once(due), 1);
}
