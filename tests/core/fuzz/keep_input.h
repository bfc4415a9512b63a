/* keep_input.h - keeps the input that stops a program in the file `crash-input`, and reads the files that begin it. */
#ifndef PN_TEST_KEEP_INPUT_H
#define PN_TEST_KEEP_INPUT_H

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct input {
    uint8_t *bytes; /* own */
    size_t size;
};

static inline struct input
read_input(const char *name, size_t longest)
{
    struct input in = {malloc(longest), 0};
    FILE *f = fopen(name, "rb");
    if (f == NULL || in.bytes == NULL) {
        perror(name);
        exit(2);
    }
    in.size = fread(in.bytes, 1, longest, f);
    fclose(f);
    return in;
}

/* In seconds, for how long to run. */
static inline double
now(void)
{
    struct timespec t;
    timespec_get(&t, TIME_UTC);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A signal handler gets no argument: it looks here. */
static struct input running;

static inline void
keep_input(int signal_number)
{
    FILE *f = fopen("crash-input", "wb");
    if (f != NULL) {
        fwrite(running.bytes, 1, running.size, f);
        fclose(f);
    }
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static inline void
keep_input_on_crash(void)
{
    signal(SIGABRT, keep_input);
    signal(SIGSEGV, keep_input);
}

/* Calls the target with a block of exactly this size, so that a sanitizer sees a read past the end. */
static inline void
run_input(int (*target)(const uint8_t *data, size_t size), const uint8_t *data, size_t size)
{
    uint8_t *exact = malloc(size ? size : 1);
    if (exact == NULL)
        exit(2);
    if (size)
        memcpy(exact, data, size);
    running = (struct input){exact, size};
    (void)target(exact, size);
    free(exact);
}

#endif
