/* histogram.c - a histogram of durations, see histogram.h. */
#include "core/histogram.h"

#include <math.h>
#include <string.h>

/* Up to 2 * HALF each value has its own bucket; above, HALF buckets are a power of two. */
static unsigned
shift_of(uint64_t value)
{
    unsigned shift = 0;
    while (value >> shift >= 2 * PN_HISTOGRAM_HALF)
        shift++;
    return shift;
}

static size_t
bucket_of(uint64_t value)
{
    unsigned shift = shift_of(value);
    return (size_t)PN_HISTOGRAM_HALF * shift + (size_t)(value >> shift);
}

/* The largest value of a bucket. */
static uint64_t
end_of(size_t bucket)
{
    if (bucket < (size_t)2 * PN_HISTOGRAM_HALF)
        return bucket;
    unsigned shift = (unsigned)(bucket / PN_HISTOGRAM_HALF) - 1;
    uint64_t first = (uint64_t)(bucket - (size_t)PN_HISTOGRAM_HALF * shift);
    return ((first + 1) << shift) - 1;
}

void
pn_histogram_reset(struct pn_histogram *h)
{
    memset(h, 0, sizeof(*h));
}

void
pn_histogram_record(struct pn_histogram *h, uint64_t value)
{
    if (value > PN_HISTOGRAM_MAX) {
        h->exceeds++;
        return;
    }
    h->count++;
    if (h->count == 1 || value < h->min)
        h->min = value;
    if (value > h->max)
        h->max = value;
    double from_old = (double)value - h->mean; /* Welford's method: no sum of large squares */
    h->mean += from_old / (double)h->count;
    h->squares += from_old * ((double)value - h->mean);
    h->buckets[bucket_of(value)]++;
}

double
pn_histogram_mean(const struct pn_histogram *h)
{
    return h->count > 0 ? h->mean : (double)NAN;
}

double
pn_histogram_variance(const struct pn_histogram *h)
{
    return h->count > 0 ? h->squares / (double)h->count : (double)NAN;
}

uint64_t
pn_histogram_percentile(const struct pn_histogram *h, double percent)
{
    double exact = percent * (double)h->count / 100;
    uint64_t seen = 0, wanted = exact >= (double)h->count ? h->count : (uint64_t)exact;
    wanted += (double)wanted < exact && wanted < h->count;
    if (wanted == 0)
        return h->min;
    for (size_t i = 0; i < PN_HISTOGRAM_BUCKETS; i++) {
        seen += h->buckets[i];
        if (seen >= wanted)
            return end_of(i) < h->max ? end_of(i) : h->max;
    }
    return h->max;
}
