/* fuzz.h - what a target for libFuzzer is, and a way to draw from its bytes.
 *
 * A target is built with clang's libFuzzer, or with replay.c by any compiler. A failed check stops the program. */
#ifndef PN_TEST_FUZZ_H
#define PN_TEST_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A failed check is to be seen as a crash: libFuzzer then keeps the input. */
#define _Exit(status) abort()

struct fuzz_bytes {
    const uint8_t *at, *end;
};

/* The next byte, 0 after the last. */
static inline uint8_t
fuzz_byte(struct fuzz_bytes *b)
{
    return b->at == b->end ? 0 : *b->at++;
}

#endif
