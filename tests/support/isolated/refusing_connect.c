/* refusing_connect.c - preloaded into a process: connect() to a chosen port is refused at once, as on BSD, where Linux
 * says EINPROGRESS. libuv then reports it before it polls. */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

static int chosen = -1;

void
refuse_port(int port)
{
    chosen = port;
}

int
connect(int fd, const struct sockaddr *addr, socklen_t len)
{
    int (*real)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "connect");
    if (addr->sa_family == AF_INET && ntohs(((const struct sockaddr_in *)(const void *)addr)->sin_port) == chosen) {
        errno = ECONNREFUSED;
        return -1;
    }
    return real(fd, addr, len);
}
