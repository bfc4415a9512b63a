/* fake_dns.h - replaces getaddrinfo() by a fake that can be held, counted and made to fail.
 *
 * "held" waits for set_open(true); "unknown", "system", "empty" and "unix-only" fail or return no usable address;
 * any other name has fe80::7%3, a unix address and 10.1.2.3, in this order. */
#ifndef PN_TEST_FAKE_DNS_H
#define PN_TEST_FAKE_DNS_H

#include <netdb.h>
#include <pthread.h>
#include <stdbool.h>

struct fake_dns {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool open; /* "held" names return */
    unsigned running, most_running, calls;
    struct addrinfo hints; /* of the last call */
    bool signals_blocked;  /* in the last call */
};

extern struct fake_dns fake;

/* Makes calls for "held" return (true) or wait (false). */
void set_open(bool open);
/* Waits until `n` calls of getaddrinfo() are running. */
void await_running(unsigned n);
bool all_signals_blocked(void);

#endif
