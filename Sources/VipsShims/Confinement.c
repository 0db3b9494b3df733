#define _GNU_SOURCE
#include "VipsShims.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "the numbers of this architecture's system calls are to be added"
#endif

// What decoding takes: memory, time, threads of this process, and the descriptors that are open.
static const int allowed[] = {
    SYS_read, SYS_write, SYS_close, SYS_fstat, SYS_lseek, SYS_mmap, SYS_munmap, SYS_mprotect, SYS_mremap, SYS_madvise,
    SYS_brk, SYS_futex, SYS_clock_gettime, SYS_clock_nanosleep, SYS_nanosleep, SYS_gettimeofday, SYS_getpid,
    SYS_gettid, SYS_tgkill, SYS_exit, SYS_exit_group, SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn,
    SYS_sigaltstack, SYS_sched_yield, SYS_sched_getaffinity, SYS_set_robust_list, SYS_rseq, SYS_getrandom, SYS_uname,
    SYS_prlimit64, SYS_sysinfo, SYS_restart_syscall, SYS_ppoll, SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid,
#ifdef SYS_poll
    SYS_poll,
#endif
#ifdef SYS_getrlimit
    SYS_getrlimit,
#endif
#ifdef SYS_arch_prctl
    SYS_arch_prctl,
#endif
};

enum { ALLOWED = sizeof allowed / sizeof allowed[0], HEAD = 9, TAIL = 3 };

int mado_confine(void) {
    struct sock_filter program[HEAD + 2 * ALLOWED + TAIL];
    unsigned int length = 0;
    const unsigned int refuse = SECCOMP_RET_ERRNO | EPERM;
#define STATEMENT(...) program[length++] = (struct sock_filter)__VA_ARGS__
    STATEMENT(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)));
    STATEMENT(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0));
    STATEMENT(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
    STATEMENT(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)));
    // The C library falls back to clone(), whose flags can be looked at: threads yes, processes no.
    STATEMENT(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 4));
    STATEMENT(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])));
    STATEMENT(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 0, 1));
    STATEMENT(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    STATEMENT(BPF_STMT(BPF_RET | BPF_K, refuse));
    for (int index = 0; index < ALLOWED; index++) {
        STATEMENT(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)allowed[index], 0, 1));
        STATEMENT(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    }
    STATEMENT(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1));
    STATEMENT(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS));
    STATEMENT(BPF_STMT(BPF_RET | BPF_K, refuse));
#undef STATEMENT

    struct sock_fprog filter = {.len = (unsigned short)length, .filter = program};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter);
}
