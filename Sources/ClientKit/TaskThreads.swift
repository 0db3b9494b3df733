internal import LinuxShims

/// The threads on which tasks run that belong to no particular one.
///
/// Swift would use libdispatch's global queues. From the first time that one of these is used, libdispatch looks every second
/// how many of their threads are busy, and so wakes a computer that has nothing to do. Queues of one's own are not looked
/// after in this way.
package enum TaskThreads {
    /// To be called before the first task. Where threads cannot be had, Swift's remain.
    package static func start() { _ = mado_task_threads_start(max(2, mado_available_cores())) }
}
