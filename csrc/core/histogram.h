/* histogram.h - counts durations by their size: HDR-like, with a bounded memory whatever comes.
 *
 * A value falls into one of the buckets of its power of two. Of these each has 128, so that a bucket is less than 1 %
 * wide. The smallest, the largest, the mean and the variance are exact. */
#ifndef PN_CORE_HISTOGRAM_H
#define PN_CORE_HISTOGRAM_H

#include <stdint.h>

#define PN_HISTOGRAM_MAX     ((uint64_t)3600 * 1000000000) /* an hour in nanoseconds; what is above is only counted */
#define PN_HISTOGRAM_HALF    128
#define PN_HISTOGRAM_BUCKETS (PN_HISTOGRAM_HALF * 36)

struct pn_histogram {
    uint64_t count;
    uint64_t exceeds; /* values above PN_HISTOGRAM_MAX, not in `count` */
    uint64_t min, max;
    double mean, squares; /* squares: the sum of the squared distances from the mean */
    uint64_t buckets[PN_HISTOGRAM_BUCKETS];
};

void pn_histogram_reset(struct pn_histogram *h);
void pn_histogram_record(struct pn_histogram *h, uint64_t value);
/* NaN when nothing has been recorded. */
double pn_histogram_mean(const struct pn_histogram *h);
/* The square of the standard deviation: its root would need the library of mathematics. */
double pn_histogram_variance(const struct pn_histogram *h);
/* Returns the value below or at which `percent` of all are, to the upper end of its bucket; 0 when nothing has been
 * recorded. */
uint64_t pn_histogram_percentile(const struct pn_histogram *h, double percent);

#endif
