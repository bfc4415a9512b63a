/* loadgen_options.c - the load generator's command line; see loadgen.c for what the options mean. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loadgen_options.h"

enum { DEPTH_MAX = 1024 };

_Noreturn void
die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("loadgen: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

static _Noreturn void
usage(void)
{
    fputs("usage: loadgen [--mode stream|lockstep|churn|idle] (--port N [--host A.B.C.D] | --path FILE)\n"
          "               [--conns N] [--size BYTES] [--depth N] [--seconds S [--warmup S] | --count N]\n"
          "               [--pid SERVER] [--ping]\n",
          stderr);
    exit(2);
}

static double
number(const char *name, const char *text, double low, double high)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || !(value >= low && value <= high))
        die("%s: a number from %g to %g, please, not \"%s\"", name, low, high, text);
    return value;
}

static enum mode
mode_named(const char *name)
{
    static const char *const names[] = {"stream", "lockstep", "churn", "idle"};
    for (unsigned i = 0; i < 4; i++)
        if (strcmp(names[i], name) == 0)
            return (enum mode)i;
    usage();
}

static void
set_option(struct options *opt, const char *name, const char *value)
{
    if (strcmp(name, "--mode") == 0)
        opt->mode = mode_named(value);
    else if (strcmp(name, "--host") == 0)
        opt->host = value;
    else if (strcmp(name, "--path") == 0)
        opt->path = value;
    else if (strcmp(name, "--port") == 0)
        opt->port = (uint16_t)number(name, value, 1, 65535);
    else if (strcmp(name, "--conns") == 0)
        opt->conns = (uint32_t)number(name, value, 1, 1000000);
    else if (strcmp(name, "--size") == 0)
        opt->size = (uint32_t)number(name, value, 1, 1 << 24);
    else if (strcmp(name, "--depth") == 0)
        opt->depth = (uint32_t)number(name, value, 1, DEPTH_MAX);
    else if (strcmp(name, "--count") == 0)
        opt->count = (uint64_t)number(name, value, 1, 1e12);
    else if (strcmp(name, "--seconds") == 0)
        opt->seconds = number(name, value, 0.01, 3600);
    else if (strcmp(name, "--warmup") == 0)
        opt->warmup = number(name, value, 0, 3600);
    else if (strcmp(name, "--pid") == 0)
        opt->pid = (long)number(name, value, 1, 1e9);
    else
        usage();
}

void
loadgen_parse_options(struct options *opt, int argc, char **argv)
{
    *opt = (struct options){.host = "127.0.0.1", .conns = 1, .size = 1024, .depth = 1, .seconds = 1};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--ping") == 0)
            opt->ping = true;
        else if (i + 1 < argc)
            set_option(opt, argv[i], argv[i + 1]), i++;
        else
            usage();
    }
    if ((opt->port == 0) == (opt->path == NULL))
        usage();
    if (opt->mode != MODE_STREAM)
        opt->depth = 1;
    if (opt->mode == MODE_LOCKSTEP && (opt->count == 0 || opt->count % opt->conns != 0))
        die("lockstep wants a --count that is a multiple of --conns");
}
