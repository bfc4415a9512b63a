/* loadgen_options.h - the load generator's command line, and the end of a run that cannot go on. */
#ifndef PN_LOADGEN_OPTIONS_H
#define PN_LOADGEN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

enum mode { MODE_STREAM, MODE_LOCKSTEP, MODE_CHURN, MODE_IDLE };

struct options {
    enum mode mode;
    const char *host, *path;
    uint16_t port;
    uint32_t conns, size, depth;
    uint64_t count;
    double seconds, warmup;
    long pid;
    bool ping; /* idle: one exchange on each connection first */
};

/* Reads the command line into `opt`, whose strings stay those of `argv`. Ends the program when it makes no sense. */
void loadgen_parse_options(struct options *opt, int argc, char **argv);

/* Says why on stderr and exits with status 1. */
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
