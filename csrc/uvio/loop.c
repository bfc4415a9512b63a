/* loop.c - creates and frees the loop, waits for events, and runs one turn: posted completions, lookups, libuv,
 * timers. Decides how long the wait may last and whether the loop is alive. See loop.h. */
#include "uvio/loop.h"

#include <stdlib.h>

#include "uvio/loop_os.h"
#include "uvio/uv_internals.h"

static void deliver_all(struct pn_loop *loop, struct pn_posted_list *list);

/* --- creating and freeing --- */

/* What follows the poll. */
static void
after_poll(struct pn_loop *loop)
{
    /* As libuv: what becomes pending meanwhile is delivered too, but not without end. */
    for (int i = 0; i < 8 && loop->pending.first != NULL; i++)
        deliver_all(loop, &loop->pending);
    if (!loop->dead && loop->on_check != NULL)
        loop->on_check(loop);
}

static void
on_uv_check(uv_check_t *check)
{
    struct pn_loop *loop = check->data;
    pn_loop_os_polled(loop);
    if (!loop->checked)
        after_poll(loop);
}

struct pn_loop *
pn_loop_new(int *status)
{
    struct pn_loop *loop = calloc(1, sizeof(*loop));
    char *slab = malloc(PN_SLAB_SIZE);
    if (loop == NULL || slab == NULL) {
        free(loop);
        free(slab);
        *status = UV_ENOMEM;
        return NULL;
    }
    loop->slab = slab;
    loop->embed.fd = loop->embed.timer_fd = -1;
    loop->posted.end = &loop->posted.first;
    loop->pending.end = &loop->pending.first;
    pn_timers_init(&loop->timers);
    pn_brake_init(&loop->brake);
    *status = pn_loop_os_open(loop);
    if (*status != 0) {
        free(slab);
        free(loop);
        return NULL;
    }
    loop->uv.data = loop;
    (void)uv_check_init(&loop->uv, &loop->check);
    loop->check.data = loop;
    (void)uv_check_start(&loop->check, on_uv_check);
    pn_loop_os_start(loop);
    return loop;
}

int
pn_loop_free(struct pn_loop *loop)
{
    if (!loop->closed) {
        loop->closed = true;
        uv_close((uv_handle_t *)&loop->check, NULL);
        pn_loop_os_stop(loop);
    }
    (void)uv_run(&loop->uv, UV_RUN_NOWAIT);
    int status = uv_loop_close(&loop->uv);
    if (status != 0)
        return status;
    if (loop->resolver != NULL)
        pn_resolver_free(loop->resolver);
    pn_timers_clear(&loop->timers);
    pn_brake_unmap(&loop->brake, 1);
    pn_fd_table_clear(&loop->fds);
    pn_loop_os_close(loop);
    free(loop->slab);
    free(loop);
    return 0;
}

struct pn_resolver *
pn_loop_resolver(struct pn_loop *loop)
{
    if (loop->resolver == NULL)
        loop->resolver = pn_loop_os_resolver(loop);
    return loop->resolver;
}

/* --- the wait --- */

/* Every system accepts a wait of one day. An early return is harmless: the loop looks at the deadlines again. */
#define LONGEST_WAIT_NS ((int64_t)86400 * 1000000000)

int64_t
pn_loop_timeout(struct pn_loop *loop, uint64_t now)
{
    if (loop->posted.first != NULL || loop->pending.first != NULL ||
        (loop->resolver != NULL && pn_resolver_ready(loop->resolver)))
        return 0;
    int ms = uv_backend_timeout(&loop->uv);
    int64_t ns = ms < 0 ? -1 : (int64_t)ms * 1000000;
    if (pn_timers_first(&loop->timers) == NULL)
        return ns;
    int64_t left = pn_timers_wait(&loop->timers, now, LONGEST_WAIT_NS);
    return ns < 0 || left < ns ? left : ns;
}

/* --- posted completions --- */

static void
link_posted(struct pn_posted_list *list, struct pn_posted *p, struct pn_posted **link)
{
    p->link = link;
    p->next = *link;
    if (p->next != NULL)
        p->next->link = &p->next;
    else
        list->end = &p->next;
    *link = p;
}

static void
append(struct pn_loop *loop, struct pn_posted_list *list, struct pn_posted *p)
{
    if (p->link != NULL)
        return;
    link_posted(list, p, list->end);
    pn_loop_wake(loop);
}

void
pn_loop_post(struct pn_loop *loop, struct pn_posted *p)
{
    append(loop, &loop->posted, p);
}

void
pn_loop_post_pending(struct pn_loop *loop, struct pn_posted *p)
{
    append(loop, &loop->pending, p);
}

void
pn_loop_post_first(struct pn_loop *loop, struct pn_posted *p)
{
    if (p->link != NULL)
        return;
    link_posted(&loop->posted, p, &loop->posted.first);
}

void
pn_loop_unpost(struct pn_loop *loop, struct pn_posted *p)
{
    if (p->link == NULL)
        return;
    *p->link = p->next;
    if (p->next != NULL)
        p->next->link = p->link;
    else if (loop->pending.end == &p->next)
        loop->pending.end = p->link;
    else
        loop->posted.end = p->link;
    p->link = NULL;
}

/* A completion that is appended meanwhile waits. */
static void
deliver_all(struct pn_loop *loop, struct pn_posted_list *list)
{
    size_t count = 0;
    for (struct pn_posted *p = list->first; p != NULL; p = p->next)
        count++;
    for (; count > 0 && list->first != NULL && !loop->halted && !loop->dead; count--) {
        struct pn_posted *p = list->first;
        pn_loop_unpost(loop, p);
        loop->deliver(p);
    }
}

/* --- the turn --- */

static void
run_timers(struct pn_loop *loop)
{
    if (pn_timers_first(&loop->timers) == NULL)
        return;
    uint64_t now = uv_hrtime();
    while (!loop->halted && !loop->dead) {
        struct pn_timer *t = pn_timers_pop_due(&loop->timers, now);
        if (t == NULL)
            return;
        struct pn_loop_timer *timer = (struct pn_loop_timer *)t;
        if (timer->referenced)
            loop->timers_referenced--;
        timer->fire(timer);
    }
}

/* The order is libuv's in either case: poll, what the poll has made pending, the check phase, what is closed. */
static void
poll_once(struct pn_loop *loop)
{
    if (!pn_loop_os_dispatch(loop)) {
        pn_loop_os_run(loop);
        return;
    }
    loop->ready_turns++;
    if (loop->dead)
        return;
    if (!pn_loop_os_has_more(loop)) {
        after_poll(loop);
        loop->checked = true;
    }
    if (!loop->dead && pn_loop_os_has_more(loop))
        pn_loop_os_finish(loop);
    loop->checked = false;
}

void
pn_loop_turn(struct pn_loop *loop)
{
    loop->turns++;
    if (loop->posted.first != NULL)
        deliver_all(loop, &loop->posted);
    if (loop->pending.first != NULL)
        deliver_all(loop, &loop->pending);
    if (loop->resolver != NULL && !loop->halted && !loop->dead && pn_resolver_ready(loop->resolver)) {
        loop->embed.drain = true; /* each lookup has written a byte */
        pn_resolver_dispatch(loop->resolver, &loop->halted);
    }
    if ((loop->halted | loop->dead) == 0)
        poll_once(loop);
    if ((loop->halted | loop->dead) == 0)
        run_timers(loop);
}

bool
pn_loop_alive(struct pn_loop *loop)
{
    if (pn_uv_has_others((uv_handle_t *)&loop->check)) /* each turn asks: most servers have a listener */
        return true;
    if (loop->posted.first != NULL || loop->pending.first != NULL || loop->timers_referenced > 0 ||
        loop->idle_listeners > 0 || loop->asked > 0 || loop->direct > 0)
        return true;
    if (loop->resolver != NULL && pn_resolver_pending(loop->resolver) > 0)
        return true;
    uv_unref((uv_handle_t *)&loop->check);
    int alive = uv_loop_alive(&loop->uv);
    uv_ref((uv_handle_t *)&loop->check);
    return alive != 0;
}

/* --- timers --- */

void
pn_loop_timer_init(struct pn_loop_timer *t, void (*fire)(struct pn_loop_timer *), bool referenced)
{
    pn_timer_init(&t->t);
    t->fire = fire;
    t->referenced = referenced;
}

int
pn_loop_arm(struct pn_loop *loop, struct pn_loop_timer *t, uint64_t deadline)
{
    pn_loop_disarm(loop, t);
    if (pn_timers_arm(&loop->timers, &t->t, deadline) < 0)
        return UV_ENOMEM;
    if (t->referenced)
        loop->timers_referenced++;
    if (pn_timers_first(&loop->timers) == &t->t)
        pn_loop_wake(loop);
    return 0;
}

void
pn_loop_disarm(struct pn_loop *loop, struct pn_loop_timer *t)
{
    if (!pn_timer_armed(&t->t))
        return;
    pn_timers_disarm(&loop->timers, &t->t);
    if (t->referenced)
        loop->timers_referenced--;
    pn_loop_wake(loop);
}

void
pn_loop_timer_ref(struct pn_loop *loop, struct pn_loop_timer *t, bool referenced)
{
    if (t->referenced == referenced)
        return;
    t->referenced = referenced;
    if (!pn_timer_armed(&t->t))
        return;
    if (referenced)
        loop->timers_referenced++;
    else
        loop->timers_referenced--;
    pn_loop_wake(loop);
}
