#include "LinuxShims.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

// Swift's runtime, which offers these to programs that run tasks themselves (swift/Runtime/Concurrency.h).
#define SWIFT_CALL __attribute__((swiftcall))
typedef struct {
    void *identity;
    uintptr_t implementation;
} serial_executor;
extern SWIFT_CALL void swift_job_run(void *job, serial_executor executor);
typedef SWIFT_CALL void (*enqueue)(void *job);
extern SWIFT_CALL void (*swift_task_enqueueGlobal_hook)(void *job, enqueue original);

// Jobs in the order in which they came. The ring grows and never shrinks.
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t arrived = PTHREAD_COND_INITIALIZER;
static void **ring;
static size_t capacity, first, count;

static SWIFT_CALL void put(void *job, enqueue original) {
    (void)original;
    pthread_mutex_lock(&lock);
    if (count == capacity) {
        size_t larger = capacity ? capacity * 2 : 256;
        void **grown = malloc(larger * sizeof *grown);
        // A task that is lost would never be noticed.
        if (!grown) abort();
        for (size_t i = 0; i < count; i++) grown[i] = ring[(first + i) % capacity];
        free(ring);
        ring = grown;
        capacity = larger;
        first = 0;
    }
    ring[(first + count++) % capacity] = job;
    pthread_cond_signal(&arrived);
    pthread_mutex_unlock(&lock);
}

static void *work(void *unused) {
    (void)unused;
    mado_set_thread_name("task");
    mado_block_signals();
    for (;;) {
        pthread_mutex_lock(&lock);
        while (!count) pthread_cond_wait(&arrived, &lock);
        void *job = ring[first];
        first = (first + 1) % capacity;
        count--;
        pthread_mutex_unlock(&lock);
        // On no actor in particular: the job itself goes to the one that it is for.
        swift_job_run(job, (serial_executor){NULL, 0});
    }
}

int mado_task_threads_start(int threads) {
    for (int i = 0; i < threads; i++) {
        pthread_t thread;
        int failure = pthread_create(&thread, NULL, work, NULL);
        if (failure && i == 0) {
            errno = failure;
            return -1;
        }
        if (!failure) pthread_detach(thread);
    }
    swift_task_enqueueGlobal_hook = put;
    return 0;
}
