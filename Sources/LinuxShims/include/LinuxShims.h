// What Swift cannot import from the C library by itself: function-like macros, variadic
// functions and GNU extensions. A real C target, so that a change here rebuilds its users.
// Never define _GNU_SOURCE here: it turns socket addresses into transparent unions, which
// Swift does not import.
#pragma once
#include <stddef.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

// Threads

/// The value of the calling thread, null unless set: its event loop.
void *_Nullable mado_thread_value(void);
void mado_set_thread_value(void *_Nullable value);

/// Names the calling thread, for ps and perf; cut at 15 bytes.
void mado_set_thread_name(const char *_Nonnull name);

/// Blocks all signals in the calling thread, so that the main thread gets them.
void mado_block_signals(void);

/// Lets the calling thread come after others when there is more to do than processors for it: by ten steps of nice, which
/// it does not get back.
void mado_lower_priority(void);
/// Gives memory that was allocated and freed back to the system, all threads' of it: for the end of work that needed much
/// once. Takes milliseconds.
void mado_return_free_memory(void);

/// Lets the calling thread ask for a processor for a tenth of a millisecond at a time, so that it need not wait until another
/// one has had the three that are usual. Linux 6.12; without effect before that.
void mado_shorten_slice(void);

/// How many processors the process may run on, at least 1.
int mado_available_cores(void);

/// From now on runs what Swift would run on libdispatch's global queues on so many threads of its own, which wait without
/// waking up. Before the first task, and once. 0, or -1 and errno when there is no thread.
int mado_task_threads_start(int threads);

/// Ignores SIGPIPE in the process: OpenSSL writes to sockets without MSG_NOSIGNAL.
void mado_ignore_sigpipe(void);

// Event notification. All return -1 and set errno on failure.

#define MADO_POLL_IN 0x001u
#define MADO_POLL_OUT 0x004u
#define MADO_POLL_ERR 0x008u
#define MADO_POLL_HUP 0x010u
#define MADO_POLL_RDHUP 0x2000u
#define MADO_POLL_EDGE 0x80000000u

/// As the kernel's struct epoll_event, which is packed on x86-64 only.
struct mado_poll_event {
    uint64_t token;
    uint32_t events;
};

int mado_poll_create(void);
int mado_poll_add(int poll, int descriptor, uint32_t events, uint64_t token);
int mado_poll_modify(int poll, int descriptor, uint32_t events, uint64_t token);
int mado_poll_remove(int poll, int descriptor);
/// Waits for up to `capacity` (at most 256) events; a timeout of -1 waits for ever.
int mado_poll_wait(int poll, struct mado_poll_event *_Nonnull events, int capacity, int milliseconds);

/// A non-blocking eventfd.
int mado_wake_create(void);
/// Adds one to it.
void mado_wake(int descriptor);

// Sockets. All return -1 and set errno on failure.

/// A non-blocking, close-on-exec listening TCP socket with SO_REUSEPORT, SO_REUSEADDR and TCP_NODELAY
/// (which accepted sockets inherit); an IPv6 one takes IPv6 only.
int mado_listen(const struct sockaddr *_Nonnull address, socklen_t length, int backlog);
/// A non-blocking, close-on-exec listening Unix domain socket with mode 0600, in the place of what is at the path;
/// ENAMETOOLONG when the path has 108 bytes or more.
int mado_listen_at_path(const char *_Nonnull path, int backlog);
/// A blocking, close-on-exec connection to such a socket.
int mado_connect_to_path(const char *_Nonnull path);
/// The local port in host order, or -1.
int mado_local_port(int socket);
/// Accepts one connection, non-blocking and close-on-exec.
int mado_accept(int listener, struct sockaddr_storage *_Nonnull address, socklen_t *_Nonnull length);
/// Gathers and sends without raising SIGPIPE.
ssize_t mado_send(int socket, const struct iovec *_Nonnull parts, int count);
/// Sends without raising SIGPIPE.
ssize_t mado_send_one(int socket, const void *_Nonnull bytes, size_t count);
/// Reads what is there, up to `capacity`.
ssize_t mado_receive(int socket, void *_Nonnull buffer, size_t capacity);
/// No more writing; a reader of ours may go on.
int mado_shutdown_write(int socket);
/// Makes close() send a reset and drop what is unsent.
void mado_reset_on_close(int socket);
/// A non-blocking, close-on-exec connected or connecting TCP socket (EINPROGRESS is success).
int mado_connect(const struct sockaddr *_Nonnull address, socklen_t length);
/// An open descriptor that stands for nothing, kept to be given up when descriptors run out.
int mado_reserve_descriptor(void);

/// A non-blocking netlink socket that becomes readable when an address or a route of the computer changes. What is
/// read from it is of no account.
int mado_network_changes_open(void);

// Time

/// A non-blocking descriptor that becomes readable every so many nanoseconds; reading 8 bytes of it makes it wait again.
/// -1 and errno on failure.
int mado_ticker_create(uint64_t nanoseconds);

/// A non-blocking descriptor that becomes readable once, after so many nanoseconds, sleep of the computer included. -1 and
/// errno on failure.
int mado_alarm_create(uint64_t nanoseconds);

/// 1 when the kernel was told by a time service that its clock is right, 0 when not, -1 when it does not say.
int mado_clock_is_synchronised(void);

// Processes

/// Seconds since 1970 of a time that is written as `format` of strptime(3) has it, in UTC or the machine's zone; -1 for
/// what is no such time.
int64_t mado_parse_time(const char *_Nonnull text, const char *_Nonnull format, int is_utc);

/// A program that is started gets what is opened for it as 0 to 2, and nothing else that this one has open.
void mado_spawn_close_others(posix_spawn_file_actions_t *_Nonnull actions);
/// Starts a program with these descriptors as standard input and output, nothing else of ours, nowhere to write errors to,
/// no signal blocked, and an environment of its own. Its number, or -1 and errno.
int mado_spawn(const char *_Nonnull program, char *_Nullable *_Nonnull arguments, int input, int output);
/// The same with an environment, and with `errors` as standard error unless it is below zero.
int mado_spawn_program(const char *_Nonnull program, char *_Nullable *_Nonnull arguments,
                       char *_Nullable *_Nonnull environment, int input, int output, int errors);
/// A pipe that programs which are started do not inherit: its reading and its writing end. 0, or -1 and errno.
int mado_pipe(int *_Nonnull ends);
/// Waits for the end of a child, and ends it after so many milliseconds. Its exit status, or the negative number of the
/// signal that ended it.
int mado_wait_process(int process, int milliseconds);
