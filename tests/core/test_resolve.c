/* needs: uvio/resolve.c uvio/posix/resolve_posix.c uvio/sockaddr.c libuv fake_dns.c hooks -lpthread -DPN_RESOLVE_IDLE_MS=40 */
/* test_resolve.c - the resolver threads, over the names of fake_dns.h. */
#include "check.h"
#include "fake_dns.h"
#include "hooks.h"

#include "uvio/resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 20000

/* --- the event loop of this program --- */

static int wake[2]; /* a pipe: read end, write end */
static int never;   /* a halt flag that stays 0 */

struct answer {
    int times, status, sys_errno;
    size_t count;
    struct pn_addr addrs[4];
    int place;                    /* its number among all answers in the program */
    struct pn_resolver *resolver; /* for callbacks that use it again */
    struct pn_lookup *cancel;
    struct answer *other;
    int *halt;
    pid_t child;
};

static int answers;

static void
on_answer(void *data, int status, int sys_errno, const struct pn_addr *addrs, size_t count)
{
    struct answer *a = data;
    a->times++;
    a->status = status;
    a->sys_errno = sys_errno;
    a->count = count;
    a->place = answers++;
    CHECK(count <= 4);
    if (count > 0)
        memcpy(a->addrs, addrs, count * sizeof(*addrs));
}

static struct pn_lookup *
start(struct pn_resolver *r, const char *host, struct answer *a)
{
    struct pn_lookup *l = pn_resolver_start(r, host, 0, 0, on_answer, a);
    CHECK(l != NULL);
    return l;
}

/* Reads one wake-up byte. */
static void
await_wake(void)
{
    struct pollfd p = {.fd = wake[0], .events = POLLIN};
    char byte;
    CHECK_INT(poll(&p, 1, PATIENCE_MS), 1);
    CHECK_INT(read(wake[0], &byte, 1), 1);
}

static bool
wake_is_empty(void)
{
    struct pollfd p = {.fd = wake[0], .events = POLLIN};
    return poll(&p, 1, 0) == 0;
}

static void
dispatch_until(struct pn_resolver *r, const int *counter, int wanted)
{
    while (*counter < wanted) {
        await_wake();
        pn_resolver_dispatch(r, &never);
    }
}

static void
drain_wakes(void)
{
    while (!wake_is_empty())
        await_wake();
}

/* Polls for changes without an event: threads that exit, memory that they free. */
static void
await_true(bool (*done)(void *), void *arg)
{
    struct timespec step = {0, 1000000};
    for (int i = 0; !done(arg); i++) {
        CHECK(i < PATIENCE_MS);
        nanosleep(&step, NULL);
    }
}

static bool
all_freed(void *arg)
{
    (void)arg;
    return hook_alloc_live() == 0;
}

static bool
no_threads(void *arg)
{
    return pn_resolver_threads(arg) == 0;
}

static struct pn_resolver *
fresh(void)
{
    CHECK_INT(hook_alloc_live(), 0);
    drain_wakes();
    set_open(false);
    struct pn_resolver *r = pn_resolver_new(wake[1]);
    CHECK(r != NULL);
    answers = 0;
    fake.most_running = fake.calls = 0;
    return r;
}

/* Opens the fake, frees the resolver, and checks that the last thread has freed everything. */
static void
finish(struct pn_resolver *r)
{
    CHECK_INT(pn_resolver_pending(r), 0);
    set_open(true);
    pn_resolver_free(r);
    await_true(all_freed, NULL);
    drain_wakes();
}

/* --- tests --- */

static void
test_addresses_in_order(void)
{
    struct pn_resolver *r = fresh();
    struct answer a = {0};
    CHECK(pn_resolver_start(r, "two", 6, AI_CANONNAME, on_answer, &a) != NULL);
    CHECK_INT(pn_resolver_pending(r), 1);
    await_wake();
    CHECK_INT(a.times, 0);
    CHECK(pn_resolver_ready(r));
    CHECK_INT(pn_resolver_pending(r), 1);
    pn_resolver_dispatch(r, &never);
    CHECK_INT(a.times, 1);
    CHECK_INT(a.status, 0);
    CHECK_INT(a.count, 2);
    CHECK_INT(a.addrs[0].family, 6);
    CHECK_INT(a.addrs[0].scope, 3);
    CHECK_INT(a.addrs[0].bytes[15], 7);
    CHECK_INT(a.addrs[1].family, 4);
    CHECK_INT(a.addrs[1].bytes[0], 10);
    CHECK_INT(a.addrs[1].bytes[15], 0);
    CHECK_INT(a.addrs[0].port + a.addrs[1].port, 0);
    CHECK(!pn_resolver_ready(r));
    CHECK_INT(pn_resolver_pending(r), 0);
    CHECK(wake_is_empty());
    CHECK_INT(fake.hints.ai_family, AF_INET6);
    CHECK_INT(fake.hints.ai_socktype, SOCK_STREAM);
    CHECK_INT(fake.hints.ai_flags, AI_CANONNAME);
    CHECK(fake.signals_blocked);
    CHECK(!all_signals_blocked());
    pn_resolver_dispatch(r, &never);
    CHECK_INT(a.times, 1);
    finish(r);
}

static void
test_families(void)
{
    struct pn_resolver *r = fresh();
    struct answer a = {0};
    CHECK(pn_resolver_start(r, "two", 4, 0, on_answer, &a) != NULL);
    dispatch_until(r, &a.times, 1);
    CHECK_INT(fake.hints.ai_family, AF_INET);
    CHECK(pn_resolver_start(r, "two", 0, 0, on_answer, &a) != NULL);
    dispatch_until(r, &a.times, 2);
    CHECK_INT(fake.hints.ai_family, AF_UNSPEC);
    finish(r);
}

static void
test_failures(void)
{
    struct pn_resolver *r = fresh();
    static const struct {
        const char *host;
        int status, sys_errno;
    } cases[] = {{"unknown", EAI_NONAME, 0},
                 {"system", EAI_SYSTEM, EMFILE},
                 {"empty", EAI_NONAME, 0},
                 {"unix-only", EAI_NONAME, 0}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct answer a = {0};
        start(r, cases[i].host, &a);
        dispatch_until(r, &a.times, 1);
        CHECK_INT(a.status, cases[i].status);
        CHECK_INT(a.sys_errno, cases[i].sys_errno);
        CHECK_INT(a.count, 0);
    }
    finish(r);
}

static void
test_many_at_once_on_16_threads(void)
{
    enum { COUNT = 300 };
    struct pn_resolver *r = fresh();
    static struct answer all[COUNT];
    memset(all, 0, sizeof(all));
    for (int i = 0; i < COUNT; i++)
        start(r, "held", &all[i]);
    await_running(PN_RESOLVE_THREADS);
    CHECK_INT(pn_resolver_threads(r), PN_RESOLVE_THREADS);
    CHECK_INT(pn_resolver_pending(r), COUNT);
    CHECK(!pn_resolver_ready(r));
    set_open(true);
    dispatch_until(r, &answers, COUNT);
    for (int i = 0; i < COUNT; i++)
        CHECK(all[i].times == 1 && all[i].status == 0 && all[i].count == 2);
    CHECK_INT(fake.most_running, PN_RESOLVE_THREADS);
    CHECK_INT(fake.calls, COUNT);
    finish(r);
}

/* A thread that was woken for one lookup does not count for the next one. */
static void
test_no_lookup_waits_behind_one_that_hangs(void)
{
    struct pn_resolver *r = fresh();
    for (int i = 0; i < 50; i++) {
        struct answer first = {0}, held = {0}, quick = {0};
        start(r, "two", &first);
        dispatch_until(r, &first.times, 1); /* leaves an idle thread, most of the time */
        struct pn_lookup *stuck = start(r, "held", &held);
        start(r, "two", &quick);
        dispatch_until(r, &quick.times, 1);
        CHECK_INT(held.times, 0);
        pn_lookup_cancel(stuck);
        set_open(true);
        await_running(0);
        set_open(false);
    }
    CHECK(pn_resolver_threads(r) <= PN_RESOLVE_THREADS);
    finish(r);
}

static void
on_answer_halt(void *data, int status, int sys_errno, const struct pn_addr *addrs, size_t count)
{
    struct answer *a = data;
    on_answer(data, status, sys_errno, addrs, count);
    *a->halt = 1;
}

static void
test_oldest_first_and_halt(void)
{
    struct pn_resolver *r = fresh();
    int halt = 0;
    struct answer a[4] = {{0}};
    for (int i = 0; i < 4; i++) {
        a[i].halt = &halt;
        CHECK(pn_resolver_start(r, "two", 0, 0, i == 1 ? on_answer_halt : on_answer, &a[i]) != NULL);
        await_wake();
    }
    pn_resolver_dispatch(r, &halt);
    CHECK_INT(answers, 2);
    CHECK(pn_resolver_ready(r));
    CHECK_INT(pn_resolver_pending(r), 2);
    pn_resolver_dispatch(r, &halt);
    CHECK_INT(answers, 2);
    halt = 0;
    pn_resolver_dispatch(r, &halt);
    CHECK_INT(answers, 4);
    for (int i = 0; i < 4; i++)
        CHECK_INT(a[i].place, i);
    CHECK(!pn_resolver_ready(r));
    finish(r);
}

static void
on_answer_start(void *data, int status, int sys_errno, const struct pn_addr *addrs, size_t count)
{
    struct answer *a = data;
    on_answer(data, status, sys_errno, addrs, count);
    start(a->resolver, "two", a->other);
    await_wake(); /* the new one is done before pn_resolver_start() returns */
}

static void
test_started_in_a_callback_waits_for_the_next_dispatch(void)
{
    struct pn_resolver *r = fresh();
    struct answer second = {0}, first = {.resolver = r, .other = &second};
    CHECK(pn_resolver_start(r, "two", 0, 0, on_answer_start, &first) != NULL);
    await_wake();
    pn_resolver_dispatch(r, &never);
    CHECK_INT(first.times, 1);
    CHECK_INT(second.times, 0);
    CHECK(pn_resolver_ready(r));
    pn_resolver_dispatch(r, &never);
    CHECK_INT(second.times, 1);
    finish(r);
}

static void
test_cancel_in_each_state(void)
{
    struct pn_resolver *r = fresh();
    struct answer a[PN_RESOLVE_THREADS + 3] = {{0}}, done[3] = {{0}};
    struct pn_lookup *l[PN_RESOLVE_THREADS + 3], *d[3];
    for (int i = 0; i < 3; i++) {
        d[i] = start(r, "two", &done[i]);
        await_wake();
    }
    pn_lookup_cancel(d[1]); /* done, in the middle */
    for (int i = 0; i < PN_RESOLVE_THREADS; i++)
        l[i] = start(r, "held", &a[i]);
    await_running(PN_RESOLVE_THREADS);
    for (int i = PN_RESOLVE_THREADS; i < PN_RESOLVE_THREADS + 3; i++)
        l[i] = start(r, "two", &a[i]);
    pn_lookup_cancel(l[PN_RESOLVE_THREADS + 1]); /* waiting, in the middle */
    pn_lookup_cancel(l[PN_RESOLVE_THREADS + 2]); /* waiting, at the end */
    pn_lookup_cancel(l[0]);                      /* running */
    CHECK_INT(pn_resolver_pending(r), PN_RESOLVE_THREADS - 1 + 1 + 2);
    set_open(true);
    dispatch_until(r, &answers, PN_RESOLVE_THREADS - 1 + 1 + 2);
    CHECK_INT(a[0].times, 0);
    CHECK_INT(a[PN_RESOLVE_THREADS].times, 1);
    CHECK_INT(a[PN_RESOLVE_THREADS + 1].times + a[PN_RESOLVE_THREADS + 2].times, 0);
    CHECK(done[0].times == 1 && done[1].times == 0 && done[2].times == 1);
    finish(r);
}

static void
on_answer_cancel(void *data, int status, int sys_errno, const struct pn_addr *addrs, size_t count)
{
    struct answer *a = data;
    on_answer(data, status, sys_errno, addrs, count);
    pn_lookup_cancel(a->cancel);
}

static void
test_cancel_in_a_callback(void)
{
    struct pn_resolver *r = fresh();
    struct answer a = {0}, b = {0}, own = {0};
    CHECK((own.cancel = pn_resolver_start(r, "two", 0, 0, on_answer_cancel, &own)) != NULL);
    await_wake();
    pn_resolver_dispatch(r, &never);
    CHECK_INT(own.times, 1);
    CHECK_INT(pn_resolver_pending(r), 0);

    CHECK(pn_resolver_start(r, "two", 0, 0, on_answer_cancel, &a) != NULL);
    await_wake();
    a.cancel = start(r, "two", &b);
    await_wake();
    pn_resolver_dispatch(r, &never);
    CHECK_INT(a.times, 1);
    CHECK_INT(b.times, 0);
    CHECK(!pn_resolver_ready(r));
    finish(r);
}

static void
test_free_with_lookups_in_each_state(void)
{
    struct pn_resolver *r = fresh();
    struct answer a = {0};
    start(r, "two", &a);
    start(r, "two", &a);
    await_wake();
    await_wake();
    for (int i = 0; i < PN_RESOLVE_THREADS + 5; i++)
        start(r, "held", &a);
    await_running(PN_RESOLVE_THREADS);
    pn_resolver_free(r);
    CHECK_INT(hook_alloc_live(), 1 + PN_RESOLVE_THREADS); /* the resolver, and the lookups that still run */
    set_open(true);
    await_true(all_freed, NULL);
    CHECK_INT(a.times, 0);
    CHECK(wake_is_empty());
}

static void
on_answer_free(void *data, int status, int sys_errno, const struct pn_addr *addrs, size_t count)
{
    struct answer *a = data;
    on_answer(data, status, sys_errno, addrs, count);
    pn_resolver_free(a->resolver);
}

static void
test_free_in_a_callback(void)
{
    struct pn_resolver *r = fresh();
    struct answer a = {.resolver = r}, b = {0};
    CHECK(pn_resolver_start(r, "two", 0, 0, on_answer_free, &a) != NULL);
    await_wake();
    start(r, "two", &b);
    await_wake();
    pn_resolver_dispatch(r, &never);
    CHECK_INT(a.times, 1);
    CHECK_INT(b.times, 0);
    await_true(all_freed, NULL);
}

static void
test_idle_threads_leave(void)
{
    struct pn_resolver *r = fresh();
    for (int round = 0; round < 3; round++) {
        struct answer a[5] = {{0}};
        answers = 0;
        for (int i = 0; i < 5; i++)
            start(r, "two", &a[i]);
        dispatch_until(r, &answers, 5);
        await_true(no_threads, r);
    }
    CHECK_INT(hook_alloc_live(), 1);
    finish(r);
}

static void
test_wake_descriptor_is_a_copy(void)
{
    int own[2];
    CHECK_INT(pipe(own), 0);
    struct pn_resolver *r = pn_resolver_new(own[1]);
    struct answer a = {0};
    struct pollfd p = {.fd = own[0], .events = POLLIN};
    start(r, "two", &a);
    close(own[1]);
    CHECK_INT(poll(&p, 1, PATIENCE_MS), 1);
    CHECK_INT(p.revents, POLLIN);
    char bytes[8];
    CHECK_INT(read(own[0], bytes, sizeof(bytes)), 1);
    pn_resolver_dispatch(r, &never);
    CHECK_INT(a.times, 1);
    close(own[0]);
    start(r, "two", &a); /* the pipe has no reader: no SIGPIPE, and the answer still arrives */
    while (!pn_resolver_ready(r))
        sched_yield();
    pn_resolver_dispatch(r, &never);
    CHECK_INT(a.times, 2);
    pn_resolver_free(r);
    await_true(all_freed, NULL);
}

static void
test_no_descriptor_to_be_had(void)
{
    int own[2];
    CHECK_INT(pipe(own), 0);
    struct pn_resolver *r = pn_resolver_new(own[1]);
    struct answer a = {0}, b = {0};
    int spare = dup(own[1]);
    close(own[1]); /* the duplicate fails, with EBADF */
    start(r, "two", &a);
    CHECK(pn_resolver_ready(r) && a.times == 0);
    pn_resolver_dispatch(r, &never);
    CHECK_INT(a.times, 1);
    CHECK_INT(a.status, EAI_SYSTEM);
    CHECK_INT(a.sys_errno, EBADF);
    CHECK_INT(pn_resolver_threads(r), 0);

    CHECK_INT(dup2(spare, own[1]), own[1]); /* the next lookup tries again */
    start(r, "two", &b);
    while (!pn_resolver_ready(r))
        sched_yield();
    pn_resolver_dispatch(r, &never);
    CHECK_INT(b.status, 0);
    pn_resolver_free(r);
    await_true(all_freed, NULL);
    (void)(close(spare), close(own[0]), close(own[1]));
}

static void
test_no_thread_to_be_had(void)
{
    struct pn_resolver *r = fresh();
    struct answer a = {0}, b = {0};
    hook_fail_threads(true);
    start(r, "two", &a);
    await_wake();
    pn_resolver_dispatch(r, &never);
    CHECK_INT(a.times, 1);
    CHECK_INT(a.status, EAI_MEMORY);
    CHECK_INT(a.count, 0);
    hook_fail_threads(false);

    struct answer held = {0};
    start(r, "held", &held);
    await_running(1);
    hook_fail_threads(true); /* one thread exists and is busy: the next lookup waits for it */
    start(r, "two", &b);
    CHECK_INT(pn_resolver_pending(r), 2);
    set_open(true);
    dispatch_until(r, &b.times, 1);
    CHECK_INT(b.status, 0);
    hook_fail_threads(false);
    finish(r);
}

/* The n-th allocation fails, for each n until none fails any more. */
static void
test_each_allocation_failing(void)
{
    bool failed = true;
    for (long n = 0; failed; n++) {
        drain_wakes();
        set_open(false);
        answers = 0;
        hook_fail_alloc(n, false);
        struct pn_resolver *r = pn_resolver_new(wake[1]);
        struct answer a[3] = {{0}};
        int started = 0;
        for (int i = 0; r != NULL && i < 3; i++) {
            if (pn_resolver_start(r, "two", 0, 0, on_answer, &a[i]) != NULL)
                dispatch_until(r, &answers, ++started);
            CHECK(a[i].times == 0 || a[i].status == EAI_MEMORY || (a[i].status == 0 && a[i].count > 0));
            CHECK(a[i].status == 0 || a[i].count == 0);
        }
        failed = hook_alloc_failed();
        CHECK(failed || started == 3);
        hook_fail_alloc(-1, false);
        if (r != NULL)
            pn_resolver_free(r);
        await_true(all_freed, NULL);
        CHECK(n < 100);
    }
}

static void
expect_clean_child(pid_t pid)
{
    int status;
    CHECK(pid > 0);
    CHECK_INT(waitpid(pid, &status, 0), pid);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void
in_child(struct pn_resolver *r, struct pn_lookup *held, struct pn_lookup *done)
{
    struct answer a = {0};
    int fds[2];
    alarm(PATIENCE_MS / 1000);
    pn_resolver_abandon(r);
    pn_lookup_cancel(held);
    pn_lookup_cancel(done);
    CHECK_INT(pn_resolver_pending(r), 0);
    CHECK(!pn_resolver_ready(r));
    CHECK_INT(pn_resolver_threads(r), 0);
    CHECK(pn_resolver_start(r, "two", 0, 0, on_answer, &a) == NULL);
    pn_resolver_dispatch(r, &never);
    pn_resolver_abandon(r);
    pn_resolver_free(r);

    CHECK_INT(pipe(fds), 0);
    dup2(fds[0], wake[0]); /* the bytes in the pipe belong to the parent */
    r = pn_resolver_new(fds[1]);
    CHECK(r != NULL);
    start(r, "two", &a);
    dispatch_until(r, &a.times, 1);
    CHECK_INT(a.status, 0);
    pn_resolver_free(r);
    _exit(0);
}

static void
test_fork(void)
{
    struct pn_resolver *r = fresh();
    struct answer a = {0}, b = {0};
    struct pn_lookup *done = start(r, "two", &b);
    await_wake();
    struct pn_lookup *held = start(r, "held", &a);
    await_running(1);
    pid_t pid = fork();
    if (pid == 0)
        in_child(r, held, done);
    expect_clean_child(pid);
    set_open(true);
    dispatch_until(r, &answers, 2);
    finish(r);
}

static void
on_answer_fork(void *data, int status, int sys_errno, const struct pn_addr *addrs, size_t count)
{
    struct answer *a = data;
    on_answer(data, status, sys_errno, addrs, count);
    a->child = fork();
    if (a->child == 0)
        pn_resolver_abandon(a->resolver);
}

static void
test_fork_in_a_callback(void)
{
    struct pn_resolver *r = fresh();
    struct answer a = {.resolver = r}, b = {0};
    CHECK(pn_resolver_start(r, "two", 0, 0, on_answer_fork, &a) != NULL);
    await_wake();
    start(r, "two", &b);
    await_wake();
    pn_resolver_dispatch(r, &never);
    if (a.child == 0)
        _exit(b.times == 0 ? 0 : 1);
    expect_clean_child(a.child);
    CHECK_INT(b.times, 1);
    finish(r);
}

/* Lookups started, cancelled and answered in random order, with idle times in between. */
static void
test_random_use(void)
{
    enum { SLOTS = 64 };
    static struct answer a[SLOTS];
    struct pn_lookup *l[SLOTS] = {NULL};
    struct random_source rnd = {0x853c49e6748fea9b};
    struct pn_resolver *r = fresh();
    set_open(true);
    size_t expected = 0;
    for (int step = 0; step < 20000; step++) {
        size_t i = random_below(&rnd, SLOTS);
        if (l[i] == NULL) {
            memset(&a[i], 0, sizeof(a[i]));
            l[i] = start(r, random_below(&rnd, 3) ? "two" : "unknown", &a[i]);
            expected++;
        }
        else if (random_below(&rnd, 2) == 0) {
            pn_lookup_cancel(l[i]);
            CHECK_INT(a[i].times, 0);
            l[i] = NULL;
            expected--;
        }
        if (random_below(&rnd, 4) == 0) {
            drain_wakes();
            pn_resolver_dispatch(r, &never);
            for (size_t k = 0; k < SLOTS; k++) {
                CHECK(a[k].times <= 1);
                if (l[k] != NULL && a[k].times == 1) {
                    l[k] = NULL;
                    expected--;
                }
            }
        }
        CHECK_INT(pn_resolver_pending(r), expected);
    }
    for (size_t i = 0; i < SLOTS; i++)
        if (l[i] != NULL)
            pn_lookup_cancel(l[i]);
    CHECK(fake.most_running <= PN_RESOLVE_THREADS);
    finish(r);
}

int
main(void)
{
    CHECK_INT(pipe(wake), 0);
    CHECK_INT(fcntl(wake[1], F_SETFL, O_NONBLOCK), 0);
    RUN(test_addresses_in_order);
    RUN(test_families);
    RUN(test_failures);
    RUN(test_many_at_once_on_16_threads);
    RUN(test_no_lookup_waits_behind_one_that_hangs);
    RUN(test_oldest_first_and_halt);
    RUN(test_started_in_a_callback_waits_for_the_next_dispatch);
    RUN(test_cancel_in_each_state);
    RUN(test_cancel_in_a_callback);
    RUN(test_free_with_lookups_in_each_state);
    RUN(test_free_in_a_callback);
    RUN(test_idle_threads_leave);
    RUN(test_wake_descriptor_is_a_copy);
    RUN(test_no_descriptor_to_be_had);
    RUN(test_no_thread_to_be_had);
    RUN(test_each_allocation_failing);
    RUN(test_fork);
    RUN(test_fork_in_a_callback);
    RUN(test_random_use);
    return 0;
}
