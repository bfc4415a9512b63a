/* resolve.h - host names to addresses, by getaddrinfo() on threads of our own.
 *
 * At most PN_RESOLVE_THREADS detached threads, made on demand and gone after some idle seconds; all signals
 * are blocked in them and they know no Python. They post to a reference-counted queue that outlives the
 * loop, so a lookup that hangs holds up neither exit nor anybody else.
 * All functions are called by the thread that holds the loop's lock (the GIL).
 *
 * A pn_lookup is valid until its callback returns, until it is cancelled, or until its resolver is freed. After
 * pn_resolver_abandon() it may still be cancelled, which then does nothing. */
#ifndef PN_UVIO_RESOLVE_H
#define PN_UVIO_RESOLVE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/addr.h"

#define PN_RESOLVE_THREADS 16

struct pn_resolver;
struct pn_lookup;

/* Called by pn_resolver_dispatch() only. `status` is 0 or an EAI_* code of the platform (EAI_SYSTEM: `sys_errno`
 * says more; EAI_MEMORY when a thread or memory could not be had). `addrs` is borrowed, in getaddrinfo's order,
 * IPv4 and IPv6 only, ports 0. */
typedef void (*pn_lookup_cb)(void *data, int status, int sys_errno, const struct pn_addr *addrs, size_t count);

/* NULL when out of memory. `wake_fd` is written one byte for each finished lookup; it is dup'ed
 * (F_DUPFD_CLOEXEC), errors of writing are ignored. It must be non-blocking. */
struct pn_resolver *pn_resolver_new(int wake_fd);
/* Lets go: lookups under way are cancelled, their results are dropped, the last thread frees the queue. */
void pn_resolver_free(struct pn_resolver *r);
/* After fork() in the child: the threads are not there any more. Frees nothing that a lock could guard;
 * the caller makes a new resolver. Closes the dup'ed wake descriptor. */
void pn_resolver_abandon(struct pn_resolver *r);

/* Starts a lookup; NULL when out of memory. `family` is 0, 4 or 6; `flags` are AI_* of the platform.
 * The socket type asked for is SOCK_STREAM. */
struct pn_lookup *pn_resolver_start(struct pn_resolver *r, const char *host, int family, int flags, pn_lookup_cb cb,
                                    void *data);
/* The callback will not be called; the lookup counts as pending no more. In its own callback: does nothing. */
void pn_lookup_cancel(struct pn_lookup *l);

/* Calls back for the lookups that have finished, oldest first, at most those finished when it was entered.
 * A callback may start and cancel lookups. Stops early when `*halt` becomes true (the rest stays queued), and when a
 * callback frees or abandons the resolver. */
void pn_resolver_dispatch(struct pn_resolver *r, const int *halt);
/* Finished lookups wait for pn_resolver_dispatch(). */
int pn_resolver_ready(struct pn_resolver *r);
/* Lookups started and neither called back nor cancelled. */
size_t pn_resolver_pending(const struct pn_resolver *r);
/* Threads alive just now, busy or idle. */
unsigned pn_resolver_threads(struct pn_resolver *r);

/* Node's code for a failed lookup: "ENOTFOUND", "EAI_AGAIN", ... (resolve_code.c) */
const char *pn_lookup_code(int status, int sys_errno);

/* The flags of Node's lookups: AI_ADDRCONFIG. */
int pn_resolver_default_flags(void);
/* Only AI_ADDRCONFIG, AI_V4MAPPED and AI_ALL. */
bool pn_resolver_flags_ok(int flags);

#endif
