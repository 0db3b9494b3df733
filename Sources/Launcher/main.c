// mado-launcher: runs a program of somebody else's with limits, and sees to it that nothing of it is left behind.
//
//   mado-launcher SERVER CPU MEMORY FILE PROCESSES DESCRIPTORS UID GID FOLDER PROGRAM [ARGUMENT…]
//
// SERVER is the process that wants it run: when that is gone, so is the program. CPU is in seconds, MEMORY and FILE in
// bytes; these, PROCESSES, DESCRIPTORS, UID and GID are -1 where nothing is to be changed. The program inherits standard input, output and
// error and the environment, and nothing else. SIGTERM ends it: SIGTERM to its process group, and two seconds later
// SIGKILL to all that descend from it, those included that made themselves independent (this process is their
// subreaper). The exit status is the program's; 128 and the number of a signal that ended it; 126 when it could not be
// started, with the reason on standard error.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const int grace_seconds = 2;

struct order {
    long long server, cpu, memory, file, processes, descriptors, user, group;
    const char *folder;
    char **program;
};

static void limit(int resource, long long value) {
    if (value < 0) return;
    struct rlimit both = {.rlim_cur = (rlim_t)value, .rlim_max = (rlim_t)value};
    setrlimit(resource, &both);
}

static _Noreturn void fail(int report) {
    int reason = errno;
    ssize_t written = write(report, &reason, sizeof reason);
    _exit(written == sizeof reason ? 126 : 125);
}

// In the child: becomes the program.
static _Noreturn void become(const struct order *order, int report) {
    setpgid(0, 0);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    limit(RLIMIT_CPU, order->cpu);
    limit(RLIMIT_AS, order->memory);
    limit(RLIMIT_FSIZE, order->file);
    limit(RLIMIT_NPROC, order->processes);
    limit(RLIMIT_NOFILE, order->descriptors);
    limit(RLIMIT_CORE, 0);
    if (order->group >= 0 && (setgroups(0, NULL) != 0 || setgid((gid_t)order->group) != 0)) fail(report);
    if (order->user >= 0 && setuid((uid_t)order->user) != 0) fail(report);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    // Behind the change of user, which takes it away. Dies with this process, which dies with the server.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (chdir(order->folder) != 0) fail(report);
    // Whoever has just written the program may have begun another process meanwhile, which holds the file open for a
    // moment until it has become its own program.
    const struct timespec moment = {0, 5 * 1000 * 1000};
    for (int attempt = 0; attempt < 200; attempt++) {
        execv(order->program[0], order->program);
        if (errno != ETXTBSY) break;
        nanosleep(&moment, NULL);
    }
    fail(report);
}

// Kills whatever descends from this process, until there is nothing.
static void kill_descendants(void) {
    for (int round = 0; round < 10000; round++) {
        char path[64];
        snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
        FILE *children = fopen(path, "re");
        if (children) {
            int child;
            while (fscanf(children, "%d", &child) == 1) kill(child, SIGKILL);
            fclose(children);
        }
        pid_t ended = waitpid(-1, NULL, 0);
        if (ended < 0 && errno == ECHILD) return;
    }
}

// Waits for the program or a signal to end it; the program's status as waitpid gives it.
static int wait_for(pid_t program, const sigset_t *signals) {
    int status = 0;
    int is_ending = 0;
    struct timespec deadline = {0};
    for (;;) {
        for (;;) {
            int ended_status = 0;
            pid_t ended = waitpid(-1, &ended_status, WNOHANG);
            if (ended <= 0) break;
            if (ended == program) {
                status = ended_status;
                return status;
            }
        }
        siginfo_t info;
        int signal = 0;
        if (is_ending) {
            struct timespec now, left;
            clock_gettime(CLOCK_MONOTONIC, &now);
            long long rest = (deadline.tv_sec - now.tv_sec) * 1000LL + (deadline.tv_nsec - now.tv_nsec) / 1000000;
            if (rest <= 0) {
                kill(-program, SIGKILL);
                kill(program, SIGKILL);
                waitpid(program, &status, 0);
                return status;
            }
            left.tv_sec = rest / 1000;
            left.tv_nsec = rest % 1000 * 1000000;
            signal = sigtimedwait(signals, &info, &left);
        } else {
            signal = sigwaitinfo(signals, &info);
        }
        if (signal == SIGTERM && !is_ending) {
            is_ending = 1;
            clock_gettime(CLOCK_MONOTONIC, &deadline);
            deadline.tv_sec += grace_seconds;
            kill(-program, SIGTERM);
        }
    }
}

int main(int count, char **words) {
    if (count < 11) return 125;
    struct order order = {
        .server = atoll(words[1]), .cpu = atoll(words[2]), .memory = atoll(words[3]), .file = atoll(words[4]),
        .processes = atoll(words[5]), .descriptors = atoll(words[6]), .user = atoll(words[7]),
        .group = atoll(words[8]), .folder = words[9], .program = words + 10};
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_SETMASK, &signals, NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    if (getppid() != (pid_t)order.server) return 125;
    int report[2];
    if (pipe2(report, O_CLOEXEC) != 0) return 125;
    pid_t program = fork();
    if (program < 0) return 125;
    if (program == 0) become(&order, report[1]);
    // Both set it: whoever comes first.
    setpgid(program, program);
    close(report[1]);
    int reason = 0;
    int has_failed = read(report[0], &reason, sizeof reason) == sizeof reason;
    close(report[0]);
    int status = wait_for(program, &signals);
    kill(-program, SIGKILL);
    kill_descendants();
    if (has_failed) {
        fprintf(stderr, "%s: %s\n", order.program[0], strerror(reason));
        return 126;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
