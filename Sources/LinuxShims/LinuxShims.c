#define _GNU_SOURCE
#include "LinuxShims.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

_Static_assert(MADO_POLL_IN == EPOLLIN && MADO_POLL_OUT == EPOLLOUT && MADO_POLL_ERR == EPOLLERR &&
                   MADO_POLL_HUP == EPOLLHUP && MADO_POLL_RDHUP == EPOLLRDHUP && MADO_POLL_EDGE == (uint32_t)EPOLLET,
               "values of epoll");

static __thread void *thread_value;

void *mado_thread_value(void) { return thread_value; }

void mado_set_thread_value(void *value) { thread_value = value; }

void mado_set_thread_name(const char *name) {
    char cut[16];
    strncpy(cut, name, sizeof cut - 1);
    cut[sizeof cut - 1] = 0;
    pthread_setname_np(pthread_self(), cut);
}

void mado_block_signals(void) {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
}

void mado_lower_priority(void) {
    pid_t thread = (pid_t)syscall(SYS_gettid);
    errno = 0;
    int priority = getpriority(PRIO_PROCESS, (id_t)thread);
    if (errno == 0) setpriority(PRIO_PROCESS, (id_t)thread, priority + 10);
}

void mado_return_free_memory(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

void mado_shorten_slice(void) {
    struct sched_attributes {
        uint32_t size;
        uint32_t policy;
        uint64_t flags;
        int32_t nice;
        uint32_t priority;
        uint64_t runtime, deadline, period;
    } attributes = {0};
    if (syscall(SYS_sched_getattr, 0, &attributes, (unsigned)sizeof attributes, 0u) != 0) return;
    if (attributes.policy != SCHED_OTHER) return;
    attributes.runtime = 100000;
    syscall(SYS_sched_setattr, 0, &attributes, 0u);
}

int mado_available_cores(void) {
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : (int)sysconf(_SC_NPROCESSORS_ONLN);
    return count > 0 ? count : 1;
}

void mado_ignore_sigpipe(void) { signal(SIGPIPE, SIG_IGN); }

int mado_poll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

static int poll_control(int poll, int operation, int descriptor, uint32_t events, uint64_t token) {
    struct epoll_event event = {.events = events, .data.u64 = token};
    return epoll_ctl(poll, operation, descriptor, &event);
}

int mado_poll_add(int poll, int descriptor, uint32_t events, uint64_t token) {
    return poll_control(poll, EPOLL_CTL_ADD, descriptor, events, token);
}

int mado_poll_modify(int poll, int descriptor, uint32_t events, uint64_t token) {
    return poll_control(poll, EPOLL_CTL_MOD, descriptor, events, token);
}

int mado_poll_remove(int poll, int descriptor) { return poll_control(poll, EPOLL_CTL_DEL, descriptor, 0, 0); }

int mado_poll_wait(int poll, struct mado_poll_event *events, int capacity, int milliseconds) {
    struct epoll_event raw[256];
    int count = epoll_wait(poll, raw, capacity < 256 ? capacity : 256, milliseconds);
    for (int i = 0; i < count; i++) {
        events[i].token = raw[i].data.u64;
        events[i].events = raw[i].events;
    }
    return count;
}

int mado_wake_create(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

void mado_wake(int descriptor) {
    uint64_t one = 1;
    // A full counter (2^64 - 1 wake-ups) is the only way to fail, and then it is awake anyway.
    ssize_t written = write(descriptor, &one, sizeof one);
    (void)written;
}

int mado_listen(const struct sockaddr *address, socklen_t length, int backlog) {
    int s = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (s < 0) return -1;
    int on = 1;
    if (setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) || setsockopt(s, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) ||
        setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) ||
        (address->sa_family == AF_INET6 && setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on)) ||
        bind(s, address, length) || listen(s, backlog)) {
        int reason = errno;
        close(s);
        errno = reason;
        return -1;
    }
    return s;
}

static int path_address(const char *path, struct sockaddr_un *address) {
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    if (strlen(path) >= sizeof address->sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address->sun_path, path);
    return 0;
}

int mado_listen_at_path(const char *path, int backlog) {
    struct sockaddr_un address;
    if (path_address(path, &address)) return -1;
    int s = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (s < 0) return -1;
    unlink(path);
    // Nobody can connect before listen, so that the mode is in force in time.
    if (bind(s, (struct sockaddr *)&address, sizeof address) || chmod(path, 0600) || listen(s, backlog)) {
        int reason = errno;
        close(s);
        errno = reason;
        return -1;
    }
    return s;
}

int mado_connect_to_path(const char *path) {
    struct sockaddr_un address;
    if (path_address(path, &address)) return -1;
    int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s < 0) return -1;
    if (connect(s, (struct sockaddr *)&address, sizeof address)) {
        int reason = errno;
        close(s);
        errno = reason;
        return -1;
    }
    return s;
}

int mado_local_port(int s) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    if (getsockname(s, (struct sockaddr *)&address, &length)) return -1;
    if (address.ss_family == AF_INET) return ntohs(((struct sockaddr_in *)&address)->sin_port);
    if (address.ss_family == AF_INET6) return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
    return -1;
}

int mado_accept(int listener, struct sockaddr_storage *address, socklen_t *length) {
    *length = sizeof *address;
    return accept4(listener, (struct sockaddr *)address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

ssize_t mado_send(int s, const struct iovec *parts, int count) {
    struct msghdr message = {.msg_iov = (struct iovec *)parts, .msg_iovlen = (size_t)count};
    return sendmsg(s, &message, MSG_NOSIGNAL);
}

ssize_t mado_send_one(int s, const void *bytes, size_t count) { return send(s, bytes, count, MSG_NOSIGNAL); }

ssize_t mado_receive(int s, void *buffer, size_t capacity) { return recv(s, buffer, capacity, 0); }

int mado_shutdown_write(int s) { return shutdown(s, SHUT_WR); }

void mado_reset_on_close(int s) {
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    setsockopt(s, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

int mado_connect(const struct sockaddr *address, socklen_t length) {
    int s = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (s < 0) return -1;
    int on = 1;
    setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(s, address, length) && errno != EINPROGRESS) {
        int reason = errno;
        close(s);
        errno = reason;
        return -1;
    }
    return s;
}

int mado_reserve_descriptor(void) { return open("/dev/null", O_RDONLY | O_CLOEXEC); }

int mado_network_changes_open(void) {
    int s = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (s < 0) return -1;
    struct sockaddr_nl address = {
        .nl_family = AF_NETLINK,
        .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE};
    if (bind(s, (struct sockaddr *)&address, sizeof address)) {
        int reason = errno;
        close(s);
        errno = reason;
        return -1;
    }
    return s;
}

static int timer_create_descriptor(clockid_t clock, uint64_t nanoseconds, int repeats) {
    int timer = timerfd_create(clock, TFD_NONBLOCK | TFD_CLOEXEC);
    if (timer < 0) return -1;
    struct timespec time = {.tv_sec = (time_t)(nanoseconds / 1000000000), .tv_nsec = (long)(nanoseconds % 1000000000)};
    struct itimerspec setting = {.it_value = time};
    if (repeats) setting.it_interval = time;
    if (timerfd_settime(timer, 0, &setting, NULL)) {
        int reason = errno;
        close(timer);
        errno = reason;
        return -1;
    }
    return timer;
}

int mado_ticker_create(uint64_t nanoseconds) { return timer_create_descriptor(CLOCK_MONOTONIC, nanoseconds, 1); }

// Zero would mean never.
int mado_alarm_create(uint64_t nanoseconds) {
    return timer_create_descriptor(CLOCK_BOOTTIME, nanoseconds ? nanoseconds : 1, 0);
}

int mado_clock_is_synchronised(void) {
    struct timex state = {.modes = 0};
    int result = adjtimex(&state);
    if (result < 0) return -1;
    return result != TIME_ERROR && !(state.status & STA_UNSYNC);
}

int64_t mado_parse_time(const char *text, const char *format, int is_utc) {
    struct tm parts = {.tm_isdst = -1};
    const char *end = strptime(text, format, &parts);
    if (!end || *end) return -1;
    return is_utc ? timegm(&parts) : mktime(&parts);
}

void mado_spawn_close_others(posix_spawn_file_actions_t *actions) {
    posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
}

int mado_spawn_program(const char *program, char **arguments, char **environment, int input, int output, int errors) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    if (errors < 0) posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    else posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
    mado_spawn_close_others(&actions);
    posix_spawn_file_actions_addchdir_np(&actions, "/");
    sigset_t none, piped;
    sigemptyset(&none);
    sigemptyset(&piped);
    sigaddset(&piped, SIGPIPE);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &piped);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    pid_t process = -1;
    int failure = posix_spawn(&process, program, &actions, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (failure == 0) return process;
    errno = failure;
    return -1;
}

int mado_spawn(const char *program, char **arguments, int input, int output) {
    // Few arenas and threads: the program's address space is limited.
    static char *environment[] = {"PATH=/usr/bin:/bin", "LC_ALL=C", "VIPS_CONCURRENCY=1", "MALLOC_ARENA_MAX=2", NULL};
    return mado_spawn_program(program, arguments, environment, input, output, -1);
}

int mado_pipe(int *ends) { return pipe2(ends, O_CLOEXEC); }

int mado_wait_process(int process, int milliseconds) {
    int handle = (int)syscall(SYS_pidfd_open, process, 0);
    struct pollfd ended = {.fd = handle, .events = POLLIN};
    int ready = handle < 0 ? 0 : poll(&ended, 1, milliseconds);
    if (ready <= 0) kill(process, SIGKILL);
    if (handle >= 0) close(handle);
    int status = 0;
    while (waitpid(process, &status, 0) < 0 && errno == EINTR) {}
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}
