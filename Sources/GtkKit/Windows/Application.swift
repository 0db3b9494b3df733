internal import CGtk
internal import GtkShims

/// The program: one instance a session, its windows, actions and notifications.
@MainActor package final class Application: GtkObject {
    package init(identifier: String) {
        super.init(
            owned: UnsafeMutableRawPointer(adw_application_new(identifier, G_APPLICATION_HANDLES_COMMAND_LINE)))
    }

    /// Runs until nothing holds it any more.
    /// - Returns: the exit status.
    package func run(_ arguments: [String]) -> Int32 {
        MainLoop.attachMainQueue()
        var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { g_strdup($0) }
        defer { for pointer in pointers { g_free(pointer) } }
        let count = Int32(pointers.count)
        pointers.append(nil)
        return g_application_run(typed(), count, &pointers)
    }

    package func onStartup(_ handler: @escaping @MainActor () -> Void) { on("startup", handler) }
    package func onShutdown(_ handler: @escaping @MainActor () -> Void) { on("shutdown", handler) }
    /// Started, here or as a second instance that hands its arguments over.
    package func onCommandLine(_ handler: @escaping @MainActor ([String]) -> Void) {
        on(
            "command-line",
            arguments: { arguments in
                guard let line = arguments.object(0) else { return }
                var count: Int32 = 0
                guard
                    let words = g_application_command_line_get_arguments(
                        line.assumingMemoryBound(to: GApplicationCommandLine.self), &count)
                else { return }
                defer { g_strfreev(words) }
                handler((0..<Int(count)).compactMap { words[$0].map { String(cString: $0) } })
            })
    }

    /// Goes on without a window.
    package func hold() { g_application_hold(typed()) }
    package func release() { g_application_release(typed()) }
    package func quit() { g_application_quit(typed()) }

    package func addAction(_ name: String, _ handler: @escaping @MainActor () -> Void) {
        let action = Action(name, takesText: false)
        action.on("activate", handler)
        g_action_map_add_action(opaque, action.opaque)
    }
    package func addAction(_ name: String, text handler: @escaping @MainActor (String) -> Void) {
        let action = Action(name, takesText: true)
        action.onText(handler)
        g_action_map_add_action(opaque, action.opaque)
    }
    /// - Parameter keys: such as "<Control>k".
    package func setKeys(_ keys: [String], for action: String) {
        var pointers: [UnsafeMutablePointer<CChar>?] = keys.map { g_strdup($0) }
        pointers.append(nil)
        pointers.withUnsafeBufferPointer { buffer in
            buffer.withMemoryRebound(to: UnsafePointer<CChar>?.self) {
                gtk_application_set_accels_for_action(typed(), action, $0.baseAddress)
            }
        }
        for pointer in pointers { g_free(pointer) }
    }

    /// Shows a notification of the desktop. One of the same identifier is replaced.
    package func notify(_ notification: Notification, identifier: String) {
        g_application_send_notification(typed(), identifier, notification.opaque)
    }
    package func withdrawNotification(_ identifier: String) { g_application_withdraw_notification(typed(), identifier) }
}

/// Something that the desktop shows to the user.
@MainActor package final class Notification: GtkObject {
    package init(title: String, text: String) {
        super.init(owned: UnsafeMutableRawPointer(g_notification_new(title)))
        g_notification_set_body(opaque, text)
    }
    package func setUrgent() { g_notification_set_priority(opaque, G_NOTIFICATION_PRIORITY_URGENT) }
    package func setDefaultAction(_ action: String, target: String) {
        g_notification_set_default_action_and_target_value(opaque, action, g_variant_new_string(target))
    }
    package func addButton(_ label: String, action: String, target: String) {
        g_notification_add_button_with_target_value(opaque, label, action, g_variant_new_string(target))
    }
    package func setIcon(file path: String) {
        let file = g_file_new_for_path(path)
        let icon = g_file_icon_new(file)
        g_notification_set_icon(opaque, icon)
        g_object_unref(UnsafeMutableRawPointer(icon))
        g_object_unref(UnsafeMutableRawPointer(file))
    }
}
