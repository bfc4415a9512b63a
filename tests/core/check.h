/* check.h - shared by the C tests: checks that stop the program, and a repeatable random source. */
#ifndef PN_TEST_CHECK_H
#define PN_TEST_CHECK_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(cond)          ((cond) ? (void)0 : check_failed(__FILE__, __LINE__, #cond))
#define CHECK_INT(got, want) check_int(__FILE__, __LINE__, #got, (intmax_t)(got), (intmax_t)(want))
#define CHECK_STR(got, want) check_str(__FILE__, __LINE__, #got, (got), (want))

/* Runs one test function; a failure reports its name. */
#define RUN(test)            (check_running = #test, test())

static const char *check_running = "?";

_Noreturn static inline void
check_stop(void)
{
    fprintf(stderr, "in %s\n", check_running);
    fflush(NULL);
    _Exit(1);
}

_Noreturn static inline void
check_failed(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: not true: %s\n", file, line, what);
    check_stop();
}

static inline void
check_int(const char *file, int line, const char *what, intmax_t got, intmax_t want)
{
    if (got == want)
        return;
    fprintf(stderr, "%s:%d: %s is %" PRIdMAX ", not %" PRIdMAX "\n", file, line, what, got, want);
    check_stop();
}

static inline void
check_str(const char *file, int line, const char *what, const char *got, const char *want)
{
    if (strcmp(got, want) == 0)
        return;
    fprintf(stderr, "%s:%d: %s is \"%s\", not \"%s\"\n", file, line, what, got, want);
    check_stop();
}

/* A xorshift generator: the same sequence on every machine, so that a failure can be repeated. */
struct random_source {
    uint64_t state;
};

static inline uint64_t
random_next(struct random_source *r)
{
    r->state ^= r->state << 13;
    r->state ^= r->state >> 7;
    r->state ^= r->state << 17;
    return r->state;
}

/* 0 <= result < n */
static inline size_t
random_below(struct random_source *r, size_t n)
{
    return (size_t)((random_next(r) >> 16) % n);
}

#endif
