/* test_tls_records.c - counting the whole records of TLS. */
#include "check.h"

#include "core/tls_records.h"

static const uint8_t two[] = {23, 3, 3, 0, 2, 'a', 'b', 21, 3, 3, 0, 1, 'c'};

static void
test_whole_records_are_counted(void)
{
    struct pn_tls_records r = {0};
    CHECK_INT(pn_tls_records_add(&r, two, sizeof(two)), 2);
    CHECK_INT(pn_tls_records_add(&r, two, 7), 1);
    CHECK_INT(pn_tls_records_add(&r, NULL, 0), 0);
}

static void
test_bytes_one_by_one(void)
{
    struct pn_tls_records r = {0};
    for (size_t i = 0; i < sizeof(two); i++)
        CHECK_INT(pn_tls_records_add(&r, two + i, 1), i == 6 || i == 12);
}

static void
test_an_empty_record_ends_with_its_header(void)
{
    static const uint8_t empty[] = {23, 3, 1, 0, 0};
    struct pn_tls_records r = {0};
    CHECK_INT(pn_tls_records_add(&r, empty, 4), 0);
    CHECK_INT(pn_tls_records_add(&r, empty + 4, 1), 1);
}

static void
test_the_longest_record(void)
{
    static const uint8_t longest[] = {23, 3, 3, 0x48, 0}, longer[] = {23, 3, 3, 0x48, 1};
    static uint8_t body[16384 + 2048];
    struct pn_tls_records r = {0}, s = {0};
    CHECK_INT(pn_tls_records_add(&r, longest, sizeof(longest)), 0);
    CHECK_INT(pn_tls_records_add(&r, body, sizeof(body)), 1);
    CHECK(!r.invalid);
    CHECK_INT(pn_tls_records_add(&s, longer, sizeof(longer)), 1);
    CHECK(s.invalid);
}

/* The SSLObject is to look at them, and to say what is wrong. */
static void
test_other_bytes_always_count(void)
{
    struct pn_tls_records r = {0};
    CHECK_INT(pn_tls_records_add(&r, "GET ", 4), 0);
    CHECK_INT(pn_tls_records_add(&r, "/ HTTP", 6), 1);
    CHECK_INT(pn_tls_records_add(&r, "/1.1", 4), 1);
}

/* In every version a record of data has the type 23; in TLS 1.3 all that are encrypted have it. */
static void
test_other_types_are_noticed_when_the_record_is_whole(void)
{
    static const uint8_t handshake[] = {22, 3, 3, 0, 1, 1};
    struct pn_tls_records r = {0};
    CHECK_INT(pn_tls_records_add(&r, two, sizeof(two)), 2);
    CHECK(!r.other);
    CHECK_INT(pn_tls_records_add(&r, handshake, 5), 0);
    CHECK(!r.other);
    CHECK_INT(pn_tls_records_add(&r, handshake + 5, 1), 1);
    CHECK(r.other);
    r.other = false;
    CHECK_INT(pn_tls_records_add(&r, two, 7), 1);
    CHECK(!r.other);
    CHECK_INT(pn_tls_records_add(&r, "GET /", 5), 1);
    CHECK(r.other);
}

static void
test_an_alert_is_noticed_with_its_header(void)
{
    struct pn_tls_records r = {0};
    CHECK_INT(pn_tls_records_add(&r, two, 11), 1);
    CHECK(!r.alert);
    CHECK_INT(pn_tls_records_add(&r, two + 11, 1), 0);
    CHECK(r.alert);
}

static void
test_what_a_record_lacks(void)
{
    struct pn_tls_records r = {0};
    CHECK_INT(pn_tls_records_missing(&r), 5);
    CHECK_INT(pn_tls_records_add(&r, two, 3), 0);
    CHECK_INT(pn_tls_records_missing(&r), 2);
    CHECK_INT(pn_tls_records_add(&r, two + 3, 3), 0);
    CHECK_INT(pn_tls_records_missing(&r), 1);
    CHECK_INT(pn_tls_records_add(&r, two + 6, 1), 1);
    CHECK_INT(pn_tls_records_missing(&r), 5);
    CHECK_INT(pn_tls_records_add(&r, "GET /", 5), 1);
    CHECK(pn_tls_records_missing(&r) == SIZE_MAX);
}

int
main(void)
{
    RUN(test_whole_records_are_counted);
    RUN(test_bytes_one_by_one);
    RUN(test_an_empty_record_ends_with_its_header);
    RUN(test_the_longest_record);
    RUN(test_other_bytes_always_count);
    RUN(test_other_types_are_noticed_when_the_record_is_whole);
    RUN(test_an_alert_is_noticed_with_its_header);
    RUN(test_what_a_record_lacks);
    return 0;
}
