/* fuzz_proxy_header.c - headers of the PROXY protocol: in any split the same, and written again they mean the same. */
#include "fuzz.h"

#include "../check.h"

#include "core/proxy_header.h"

static bool
same_end(const struct pn_addr *a, const struct pn_addr *b)
{
    return a->family == b->family && a->port == b->port && memcmp(a->bytes, b->bytes, 16) == 0;
}

static bool
same_path(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
    return a_len == b_len && (a_len == 0 || memcmp(a, b, a_len) == 0);
}

/* The sum of the TLVs' lengths is all of them, and each lies within. */
static void
walk(const struct pn_proxy_header *h)
{
    size_t at = 0, len, total = 0;
    uint8_t type;
    const uint8_t *value;
    while (pn_proxy_next_tlv(h, &at, &type, &value, &len)) {
        CHECK(value >= h->tlvs && value + len <= h->tlvs + h->tlvs_len);
        total += 3 + len;
    }
    CHECK_INT(total, h->tlvs_len);
}

static bool
has_checksum(const struct pn_proxy_header *h)
{
    size_t at = 0, len;
    uint8_t type;
    const uint8_t *value;
    while (pn_proxy_next_tlv(h, &at, &type, &value, &len)) {
        if (type == PN_TLV_CRC32C)
            return true;
    }
    return false;
}

static void
write_again(const struct pn_proxy_header *h)
{
    static uint8_t out[PN_PROXY_LONGEST];
    struct pn_proxy_header again;
    const char *reason;
    struct pn_proxy_header copy = *h;
    if (has_checksum(h)) /* its place in the header may be another one */
        copy.tlvs_len = 0;
    size_t len = pn_proxy_write(&copy, false, out);
    CHECK(len > 0);
    CHECK_INT(pn_proxy_parse(out, len, &again, &reason), 0);
    CHECK(again.version == h->version && again.family == h->family && (again.local == h->local || h->version == 1));
    CHECK(same_end(&again.source, &h->source) && same_end(&again.destination, &h->destination));
    CHECK(same_path(again.source_path, again.source_path_len, h->source_path, h->source_path_len));
    CHECK(same_path(again.tlvs, again.tlvs_len, copy.tlvs, copy.tlvs_len));
    if (h->version == 2 && (len = pn_proxy_write(&copy, true, out)) > 0)
        CHECK_INT(pn_proxy_parse(out, len, &again, &reason), 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pn_proxy_header h;
    const char *reason = NULL;
    size_t used, part_used;
    enum pn_proxy_status status = pn_proxy_scan(data, size, &used);
    for (size_t n = 0; n < size; n += n < 20 || n + 2 >= used ? 1 : 1 + n / 2) { /* an earlier answer is final */
        enum pn_proxy_status part = pn_proxy_scan(data, n, &part_used);
        CHECK(part == PN_PROXY_MORE ? part_used == n : part == status && (part != PN_PROXY_WHOLE || part_used == used));
    }
    if (status != PN_PROXY_WHOLE)
        return 0;
    CHECK(used <= size && used <= PN_PROXY_LONGEST);
    uint8_t *exact = malloc(used); /* so that the sanitizer sees a read behind it */
    CHECK(exact != NULL);
    memcpy(exact, data, used);
    if (pn_proxy_parse(exact, used, &h, &reason) == 0) {
        walk(&h);
        write_again(&h);
    }
    else {
        CHECK(reason != NULL);
    }
    free(exact);
    return 0;
}
