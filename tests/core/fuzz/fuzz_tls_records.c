/* fuzz_tls_records.c - counting the records of TLS in pieces, against counting them in all bytes at once. */
#include "fuzz.h"

#include "../check.h"

#include "core/tls_records.h"

/* How many records the bytes have; -1: something else comes among them. */
static long
naive_count(const uint8_t *at, size_t len)
{
    long count = 0;
    while (len >= 5) {
        size_t size = (size_t)at[3] << 8 | at[4];
        if (at[0] < 20 || at[0] > 24 || at[1] != 3 || size > 18432)
            return -1;
        if (size > len - 5)
            return count;
        count++;
        at += 5 + size;
        len -= 5 + size;
    }
    return count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes pieces = {data, data + size / 4}; /* the lengths of the pieces, then the bytes */
    const uint8_t *begin = pieces.end, *fed = begin, *end = data + size;
    struct pn_tls_records r = {0};
    size_t count = 0;
    while (fed < end) {
        size_t piece = (size_t)fuzz_byte(&pieces) + 1;
        piece = piece < (size_t)(end - fed) ? piece : (size_t)(end - fed);
        size_t whole = pn_tls_records_add(&r, fed, piece);
        fed += piece;
        long naive = naive_count(begin, (size_t)(fed - begin));
        CHECK_INT(r.invalid, naive < 0);
        if (naive < 0) {
            CHECK(whole > 0);
            return 0;
        }
        count += whole;
        CHECK_INT(count, naive);
    }
    return 0;
}
