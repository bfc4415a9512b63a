/* loadgen.c - the load generator of pynet's benchmarks: one thread, epoll, no library but libc.
 *
 * It talks to an echo server and checks every byte that comes back. Each connection carries an endless pattern, cut
 * into messages of --size bytes, that starts at a place of its own, so bytes of another connection are noticed too.
 *
 *   stream   each of C connections keeps --depth messages in flight (1: ping-pong)
 *   lockstep one message to each of C connections, wait for all C answers, and again: repeatable, for callgrind
 *   churn    C at a time: connect, exchange one message, half-close, wait for the server's end of file, close
 *   idle     open C connections, say so on stdout, hold them until stdin ends
 *
 * A run lasts --seconds after --warmup, or exactly --count messages. The result is one line of JSON on stdout. With
 * --pid the CPU time of that process over the measured window is in it. Linux only. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "loadgen_options.h"

enum {
    PATTERN_PERIOD = 65521, /* prime: no message size divides it, so neighbouring messages differ */
    CHUNK_MAX = 256 * 1024,
    EVENTS_MAX = 256,
    STALL_MS = 60000, /* a server that says nothing for so long is broken; callgrind is slow, though */
    HIST_SUB = 64,    /* latency buckets per power of two: 1.6 % wide */
    HIST_LEN = 64 * HIST_SUB
};

enum phase { PHASE_CONNECT, PHASE_TALK, PHASE_EOF };

struct conn {
    int fd;
    enum phase phase;
    uint32_t index;
    uint64_t start;     /* this connection's first byte in the pattern */
    uint64_t sent, got; /* bytes */
    uint64_t allowed;   /* bytes that may have been sent by now */
    uint64_t stamped;   /* messages that have a time stamp */
    uint64_t *stamps;   /* own: a ring of `depth` send times */
};

struct run {
    struct options opt;
    struct conn *conns; /* own */
    int epoll;
    uint64_t now, begin, end; /* ns; begin and end of the measured window */
    bool measuring, finished;
    uint64_t issued;    /* messages (churn: connections) started so far */
    uint64_t completed; /* since the run began */
    uint64_t measured;  /* inside the window */
    uint64_t answered;  /* lockstep: answers of this round */
    uint64_t cpu_before, cpu_used;
    uint64_t hist[HIST_LEN];
};

static char pattern[PATTERN_PERIOD + CHUNK_MAX];
static char inbuf[CHUNK_MAX];

/* --- helpers --- */

static uint64_t
clock_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static void
fill_pattern(void)
{
    uint32_t x = 2463534242u; /* xorshift: any fixed, patternless bytes will do */
    for (size_t i = 0; i < PATTERN_PERIOD; i++) {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        pattern[i] = (char)(x & 0xff);
    }
    for (size_t i = PATTERN_PERIOD; i < sizeof pattern; i++)
        pattern[i] = pattern[i - PATTERN_PERIOD];
}

/* The exact time on CPU of every thread of `pid`, in ns; 0 when it cannot be known. */
static uint64_t
process_cpu_ns(long pid)
{
    char name[320];
    snprintf(name, sizeof name, "/proc/%ld/task", pid);
    DIR *dir = opendir(name);
    if (dir == NULL)
        return 0;
    uint64_t total = 0;
    struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(name, sizeof name, "/proc/%ld/task/%.32s/schedstat", pid, entry->d_name);
        FILE *file = fopen(name, "r");
        if (file == NULL)
            continue;
        unsigned long long ns = 0;
        if (fscanf(file, "%llu", &ns) == 1)
            total += ns;
        fclose(file);
    }
    closedir(dir);
    return total;
}

/* --- latency histogram --- */

static unsigned
hist_slot(uint64_t ns)
{
    if (ns < HIST_SUB)
        return (unsigned)ns;
    unsigned top = 63u - (unsigned)__builtin_clzll(ns); /* at least 6 */
    return (top - 5) * HIST_SUB + (unsigned)((ns >> (top - 6)) & (HIST_SUB - 1));
}

static double
hist_value(unsigned slot)
{
    if (slot < HIST_SUB)
        return (double)slot;
    unsigned shift = slot / HIST_SUB - 1;
    return (double)((uint64_t)(HIST_SUB + slot % HIST_SUB) << shift);
}

static double
hist_quantile(const struct run *run, double q)
{
    uint64_t total = 0, seen = 0;
    for (unsigned i = 0; i < HIST_LEN; i++)
        total += run->hist[i];
    for (unsigned i = 0; i < HIST_LEN; i++) {
        seen += run->hist[i];
        if (total > 0 && (double)seen >= q * (double)total)
            return hist_value(i);
    }
    return 0;
}

/* --- the measured window --- */

static void
open_window(struct run *run)
{
    run->measuring = true;
    run->begin = clock_ns();
    run->cpu_before = run->opt.pid ? process_cpu_ns(run->opt.pid) : 0;
}

static void
close_window(struct run *run)
{
    run->finished = true;
    run->end = clock_ns();
    run->cpu_used = run->opt.pid ? process_cpu_ns(run->opt.pid) - run->cpu_before : 0;
}

/* One message (churn: one connection) is done; it began at `since`. */
static void
complete_one(struct run *run, uint64_t since)
{
    run->completed++;
    if (!run->measuring || run->finished)
        return;
    run->measured++;
    run->hist[hist_slot(run->now - since)]++;
    if (run->opt.count > 0 && run->completed >= run->opt.count)
        close_window(run);
}

static bool
may_issue(const struct run *run)
{
    return !run->finished && (run->opt.count == 0 || run->issued < run->opt.count);
}

/* --- connections --- */

static socklen_t
server_address(const struct options *opt, struct sockaddr_storage *out)
{
    memset(out, 0, sizeof *out);
    if (opt->path != NULL) {
        struct sockaddr_un *sun = (struct sockaddr_un *)out;
        sun->sun_family = AF_UNIX;
        if (strlen(opt->path) >= sizeof sun->sun_path)
            die("path too long: %s", opt->path);
        memcpy(sun->sun_path, opt->path, strlen(opt->path));
        return (socklen_t)sizeof *sun;
    }
    struct sockaddr_in *sin = (struct sockaddr_in *)out;
    sin->sin_family = AF_INET;
    sin->sin_port = htons(opt->port);
    if (inet_pton(AF_INET, opt->host, &sin->sin_addr) != 1)
        die("not an IPv4 address: %s", opt->host);
    return (socklen_t)sizeof *sin;
}

/* Spread the clients of 127.0.0.1 over many source addresses, or churn would use up the ports in TIME_WAIT. */
static void
spread_source(const struct options *opt, int fd, uint64_t serial)
{
    if (strcmp(opt->host, "127.0.0.1") != 0)
        return;
    int one = 1;
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    struct sockaddr_in sin = {.sin_family = AF_INET};
    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + (uint32_t)(serial % 200));
    if (bind(fd, (struct sockaddr *)&sin, sizeof sin) < 0)
        die("bind: %s", strerror(errno));
}

static void
conn_open(struct run *run, struct conn *c)
{
    const struct options *opt = &run->opt;
    struct sockaddr_storage to;
    socklen_t len = server_address(opt, &to);
    int fd = socket(to.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        die("socket: %s", strerror(errno));
    if (opt->path == NULL) {
        int one = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        spread_source(opt, fd, run->issued);
    }
    c->fd = fd;
    c->phase = PHASE_CONNECT;
    c->start = (uint64_t)c->index * 7919u + run->issued * 31u;
    c->sent = c->got = c->allowed = c->stamped = 0;
    while (connect(fd, (struct sockaddr *)&to, len) < 0 && errno != EINPROGRESS) {
        if (errno != EAGAIN) /* a unix listener whose backlog is full */
            die("connect: %s", strerror(errno));
        usleep(100);
    }
    struct epoll_event ev = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.ptr = c}};
    if (epoll_ctl(run->epoll, EPOLL_CTL_ADD, fd, &ev) < 0)
        die("epoll_ctl: %s", strerror(errno));
}

static void
conn_connected(struct conn *c)
{
    int error = 0;
    socklen_t len = sizeof error;
    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &len);
    if (error != 0)
        die("connect: %s", strerror(error));
    c->phase = PHASE_TALK;
}

/* Let `c` send `messages` more; they count as begun now, also when the kernel takes them later. */
static void
conn_allow(struct run *run, struct conn *c, uint32_t messages)
{
    while (messages-- > 0 && may_issue(run)) {
        run->issued++;
        c->allowed += run->opt.size;
        c->stamps[c->stamped++ % run->opt.depth] = run->now;
    }
}

static void
conn_send(struct conn *c)
{
    while (c->sent < c->allowed) {
        uint64_t want = c->allowed - c->sent;
        if (want > CHUNK_MAX)
            want = CHUNK_MAX;
        const char *from = pattern + (c->start + c->sent) % PATTERN_PERIOD;
        ssize_t n = send(c->fd, from, (size_t)want, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN)
            return;
        if (n < 0)
            die("send: %s", strerror(errno));
        c->sent += (uint64_t)n;
    }
}

/* Read what is there and check it. False at end of file. */
static bool
conn_receive(struct conn *c)
{
    for (;;) {
        ssize_t n = recv(c->fd, inbuf, sizeof inbuf, 0);
        if (n < 0 && errno == EAGAIN)
            return true;
        if (n < 0)
            die("recv: %s", strerror(errno));
        if (n == 0)
            return false;
        if (c->got + (uint64_t)n > c->sent)
            die("more came back than was sent");
        if (memcmp(inbuf, pattern + (c->start + c->got) % PATTERN_PERIOD, (size_t)n) != 0)
            die("wrong bytes came back");
        c->got += (uint64_t)n;
        if ((size_t)n < sizeof inbuf)
            return true; /* edge-triggered: what comes later is another event */
    }
}

static void
conn_close(struct conn *c)
{
    close(c->fd);
    c->fd = -1;
}

/* --- modes --- */

/* Messages that became whole by what came in since `before`. */
static uint32_t
conn_completed(struct run *run, struct conn *c, uint64_t before)
{
    uint64_t first = before / run->opt.size, last = c->got / run->opt.size;
    for (uint64_t m = first; m < last; m++)
        complete_one(run, c->stamps[m % run->opt.depth]);
    return (uint32_t)(last - first);
}

static void
stream_ready(struct run *run, struct conn *c, uint32_t events)
{
    if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
        uint64_t before = c->got;
        if (!conn_receive(c))
            die("the server closed a connection");
        conn_allow(run, c, conn_completed(run, c, before));
    }
    conn_send(c);
}

static void
lockstep_next(struct run *run)
{
    run->answered = 0;
    run->now = clock_ns();
    for (uint32_t i = 0; i < run->opt.conns; i++) {
        conn_allow(run, &run->conns[i], 1);
        conn_send(&run->conns[i]);
    }
}

static void
lockstep_ready(struct run *run, struct conn *c)
{
    uint64_t before = c->got;
    if (!conn_receive(c))
        die("the server closed a connection");
    conn_send(c);
    run->answered += conn_completed(run, c, before);
    if (run->answered == run->opt.conns && may_issue(run))
        lockstep_next(run);
}

static void
churn_start(struct run *run, struct conn *c)
{
    if (!may_issue(run))
        return;
    c->stamps[0] = clock_ns();
    conn_open(run, c);
    run->issued++;
}

static void
churn_ready(struct run *run, struct conn *c, uint32_t events)
{
    if (c->phase == PHASE_CONNECT) {
        if (!(events & EPOLLOUT))
            return;
        conn_connected(c);
        c->allowed = run->opt.size;
    }
    if (c->phase == PHASE_TALK)
        conn_send(c);
    bool open = conn_receive(c);
    if (c->phase == PHASE_TALK && c->got == run->opt.size) {
        c->phase = PHASE_EOF;
        shutdown(c->fd, SHUT_WR);
    }
    if (open)
        return;
    if (c->phase != PHASE_EOF)
        die("the server closed a connection too early");
    conn_close(c);
    run->now = clock_ns();
    complete_one(run, c->stamps[0]);
    churn_start(run, c);
}

/* --- the run --- */

static int
wait_events(struct run *run, struct epoll_event *events, uint64_t deadline)
{
    int timeout = STALL_MS;
    if (deadline > 0) {
        uint64_t now = clock_ns();
        timeout = deadline > now ? (int)((deadline - now) / 1000000u) + 1 : 0;
    }
    int n = epoll_wait(run->epoll, events, EVENTS_MAX, timeout);
    if (n < 0 && errno != EINTR)
        die("epoll_wait: %s", strerror(errno));
    if (n == 0 && deadline == 0)
        die("the server stopped answering");
    run->now = clock_ns();
    return n < 0 ? 0 : n;
}

/* Connect all of them and wait until that is done; batches, so that no backlog overflows. */
static void
connect_all(struct run *run)
{
    struct epoll_event events[EVENTS_MAX];
    for (uint32_t done = 0, next = 0; done < run->opt.conns;) {
        while (next < run->opt.conns && next - done < 100) {
            run->issued = next;
            conn_open(run, &run->conns[next++]);
        }
        int n = wait_events(run, events, 0);
        for (int i = 0; i < n; i++) {
            struct conn *c = events[i].data.ptr;
            if (c->phase != PHASE_CONNECT)
                continue;
            conn_connected(c);
            done++;
        }
    }
    run->issued = 0;
}

static void
start_load(struct run *run)
{
    uint32_t conns = run->opt.conns;
    run->now = clock_ns();
    if (run->opt.mode == MODE_LOCKSTEP) {
        lockstep_next(run);
        return;
    }
    for (uint32_t i = 0; i < conns; i++) {
        struct conn *c = &run->conns[i];
        if (run->opt.mode == MODE_CHURN) {
            churn_start(run, c);
            continue;
        }
        conn_allow(run, c, run->opt.depth);
        conn_send(c);
    }
}

static void
run_load(struct run *run)
{
    struct epoll_event events[EVENTS_MAX];
    const struct options *opt = &run->opt;
    if (opt->mode != MODE_CHURN)
        connect_all(run);
    uint64_t started = clock_ns();
    uint64_t open_at = started + (uint64_t)(opt->warmup * 1e9);
    uint64_t stop_at = open_at + (uint64_t)(opt->seconds * 1e9);
    if (opt->count > 0)
        open_window(run);
    start_load(run);
    while (!run->finished) {
        uint64_t deadline = opt->count > 0 ? 0 : run->measuring ? stop_at : open_at;
        int n = wait_events(run, events, deadline);
        for (int i = 0; i < n && !run->finished; i++) {
            struct conn *c = events[i].data.ptr;
            if (opt->mode == MODE_STREAM)
                stream_ready(run, c, events[i].events);
            else if (opt->mode == MODE_LOCKSTEP)
                lockstep_ready(run, c);
            else
                churn_ready(run, c, events[i].events);
        }
        if (deadline > 0 && run->now >= deadline) {
            if (run->measuring)
                close_window(run);
            else
                open_window(run);
        }
    }
    if (run->measured == 0)
        die("no message came back within the window");
}

/* Take the answers still on their way, half-close, and wait for the server's end of file, so that no server sees an
 * unexpected reset. In churn the connections under way do that by themselves. */
static void
wind_down_ready(struct run *run, struct conn *c, uint32_t events)
{
    if (run->opt.mode == MODE_CHURN) {
        churn_ready(run, c, events);
        return;
    }
    bool open = conn_receive(c);
    conn_send(c);
    if (!open) {
        if (c->phase != PHASE_EOF)
            die("the server closed a connection too early");
        conn_close(c);
    }
    else if (c->phase == PHASE_TALK && c->got == c->allowed) {
        c->phase = PHASE_EOF;
        shutdown(c->fd, SHUT_WR);
    }
}

static void
wind_down(struct run *run)
{
    struct epoll_event events[EVENTS_MAX];
    for (uint32_t i = 0; i < run->opt.conns; i++)
        if (run->conns[i].fd >= 0)
            wind_down_ready(run, &run->conns[i], 0);
    for (uint32_t i = 0; i < run->opt.conns; i++) {
        while (run->conns[i].fd >= 0) {
            int n = wait_events(run, events, 0);
            for (int k = 0; k < n; k++)
                wind_down_ready(run, events[k].data.ptr, events[k].events);
        }
    }
}

/* Hold the connections until our stdin ends; it also ends when the process that started us has died. */
static void
run_idle(struct run *run)
{
    connect_all(run);
    if (run->opt.ping) {
        struct epoll_event events[EVENTS_MAX];
        run->opt.count = run->opt.conns;
        open_window(run);
        start_load(run);
        while (!run->finished) {
            int n = wait_events(run, events, 0);
            for (int i = 0; i < n && !run->finished; i++)
                stream_ready(run, events[i].data.ptr, events[i].events);
        }
    }
    printf("{\"open\": %u}\n", run->opt.conns);
    fflush(stdout);
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0) {
    }
    for (uint32_t i = 0; i < run->opt.conns; i++)
        conn_close(&run->conns[i]);
}

static void
print_result(const struct run *run)
{
    double seconds = (double)(run->end - run->begin) / 1e9;
    double measured = (double)run->measured;
    printf("{\"messages\": %llu, \"seconds\": %.6f, \"rate\": %.1f, \"p50_us\": %.2f, \"p99_us\": %.2f, "
           "\"server_cpu_ns\": %llu, \"cpu_us_per_message\": %.4f}\n",
           (unsigned long long)run->measured, seconds, measured / seconds, hist_quantile(run, 0.50) / 1e3,
           hist_quantile(run, 0.99) / 1e3, (unsigned long long)run->cpu_used, (double)run->cpu_used / 1e3 / measured);
}

static void
raise_fd_limit(uint32_t conns)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur >= conns + 64)
        return;
    limit.rlim_cur = conns + 64;
    if (limit.rlim_max < limit.rlim_cur)
        limit.rlim_max = limit.rlim_cur; /* root may */
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
        die("%u connections need a higher limit of open files (ulimit -n)", conns);
}

int
main(int argc, char **argv)
{
    static struct run run; /* big: the histogram */
    loadgen_parse_options(&run.opt, argc, argv);
    raise_fd_limit(run.opt.conns);
    fill_pattern();
    run.epoll = epoll_create1(EPOLL_CLOEXEC);
    run.conns = calloc(run.opt.conns, sizeof *run.conns);
    uint64_t *stamps = calloc((size_t)run.opt.conns * run.opt.depth, sizeof *stamps);
    if (run.epoll < 0 || run.conns == NULL || stamps == NULL)
        die("out of memory");
    for (uint32_t i = 0; i < run.opt.conns; i++) {
        run.conns[i].fd = -1;
        run.conns[i].index = i;
        run.conns[i].stamps = stamps + (size_t)i * run.opt.depth;
    }
    if (run.opt.mode == MODE_IDLE) {
        run_idle(&run);
    }
    else {
        run_load(&run);
        wind_down(&run);
        print_result(&run);
    }
    free(stamps);
    free(run.conns);
    return 0;
}
