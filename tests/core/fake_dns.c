/* fake_dns.c - see fake_dns.h. */
#include "fake_dns.h"

#include "check.h"

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>

struct fake_dns fake = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static struct addrinfo *
make_info(int family, struct addrinfo *next)
{
    struct block {
        struct addrinfo ai;
        struct sockaddr_storage at;
    } *b = calloc(1, sizeof(*b));
    if (b == NULL) {
        freeaddrinfo(next);
        return NULL;
    }
    b->ai.ai_family = family;
    b->ai.ai_addr = (struct sockaddr *)&b->at;
    b->ai.ai_next = next;
    b->at.ss_family = (sa_family_t)family;
    if (family == AF_INET)
        memcpy(&((struct sockaddr_in *)&b->at)->sin_addr, "\x0a\x01\x02\x03", 4);
    if (family == AF_INET6) {
        memcpy(&((struct sockaddr_in6 *)&b->at)->sin6_addr, "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\7", 16);
        ((struct sockaddr_in6 *)&b->at)->sin6_scope_id = 3;
    }
    return &b->ai;
}

void
freeaddrinfo(struct addrinfo *ai)
{
    while (ai != NULL) {
        struct addrinfo *next = ai->ai_next;
        free(ai);
        ai = next;
    }
}

bool
all_signals_blocked(void)
{
    static const int some[] = {SIGINT, SIGTERM, SIGPIPE, SIGCHLD, SIGUSR1, SIGALRM, SIGHUP};
    sigset_t now;
    sigemptyset(&now);
    pthread_sigmask(SIG_BLOCK, NULL, &now);
    for (size_t i = 0; i < sizeof(some) / sizeof(*some); i++)
        if (sigismember(&now, some[i]) != 1)
            return false;
    return true;
}

static void
enter_fake(const struct addrinfo *hints, bool hold)
{
    pthread_mutex_lock(&fake.lock);
    fake.calls++;
    fake.hints = *hints;
    fake.signals_blocked = all_signals_blocked();
    if (++fake.running > fake.most_running)
        fake.most_running = fake.running;
    pthread_cond_broadcast(&fake.changed);
    while (hold && !fake.open)
        pthread_cond_wait(&fake.changed, &fake.lock);
    fake.running--;
    pthread_cond_broadcast(&fake.changed);
    pthread_mutex_unlock(&fake.lock);
}

int
getaddrinfo(const char *restrict host, const char *restrict service, const struct addrinfo *restrict hints,
            struct addrinfo **restrict result)
{
    CHECK(service == NULL);
    enter_fake(hints, strcmp(host, "held") == 0);
    if (strcmp(host, "unknown") == 0)
        return EAI_NONAME;
    if (strcmp(host, "system") == 0) {
        errno = EMFILE;
        return EAI_SYSTEM;
    }
    *result = NULL;
    if (strcmp(host, "empty") == 0)
        return 0;
    if (strcmp(host, "unix-only") == 0)
        *result = make_info(AF_UNIX, NULL);
    else
        *result = make_info(AF_INET6, make_info(AF_UNIX, make_info(AF_INET, NULL)));
    return *result != NULL ? 0 : EAI_MEMORY;
}

void
set_open(bool open)
{
    pthread_mutex_lock(&fake.lock);
    fake.open = open;
    pthread_cond_broadcast(&fake.changed);
    pthread_mutex_unlock(&fake.lock);
}

void
await_running(unsigned n)
{
    pthread_mutex_lock(&fake.lock);
    while (fake.running != n)
        pthread_cond_wait(&fake.changed, &fake.lock);
    pthread_mutex_unlock(&fake.lock);
}
