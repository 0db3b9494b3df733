internal import CGtk

/// An icon in the desktop's panel, by the StatusNotifierItem protocol, where the desktop has a place for it.
///
/// Source: freedesktop.org, StatusNotifierItem; its menu by com.canonical.dbusmenu; the count on the dock by
/// com.canonical.Unity.LauncherEntry.
@MainActor package final class StatusIcon {
    package struct Entry {
        let label: String
        let action: @MainActor () -> Void
        package init(label: String, action: @escaping @MainActor () -> Void) {
            self.label = label
            self.action = action
        }
    }

    /// Clicked.
    package var onActivate: @MainActor () -> Void = {}
    private let title: String
    private let iconName: String
    private let iconFolder: String
    private let bus: SessionBus?
    private var item: BusObject?
    private var menu: BusObject?
    private var entries: [Entry] = []
    private var unread = 0
    private var attentionIconName = ""
    private var tooltip = ""

    /// - Parameter iconFolder: where a panel finds the icons, which need not be installed in its theme.
    package init(title: String, iconName: String, iconFolder: String) {
        self.title = title
        self.iconName = iconName
        self.iconFolder = iconFolder
        bus = SessionBus()
        tooltip = title
        guard let bus else { return }
        item = BusObject(
            bus: bus, path: "/StatusNotifierItem", xml: Self.itemDescription,
            call: { [weak self] method, _ in self?.called(method) },
            property: { [weak self] in self?.property($0) })
        menu = BusObject(
            bus: bus, path: "/MenuBar", xml: Self.menuDescription,
            call: { [weak self] in self?.menuCalled($0, $1) },
            property: { $0 == "Version" ? "uint32 3" : $0 == "Status" ? "'normal'" : "''" })
        register()
        // Panels come and go.
        bus.listen(interface: "org.freedesktop.DBus", signal: "NameOwnerChanged") { [weak self] parameters in
            if Variant.string(parameters, 0) == Self.watcher, Variant.string(parameters, 2) != "" { self?.register() }
        }
    }

    private static let watcher = "org.kde.StatusNotifierWatcher"

    private func register() {
        guard let bus else { return }
        bus.call(
            Self.watcher, "/StatusNotifierWatcher", Self.watcher, "RegisterStatusNotifierItem",
            "(\(Variant.quote(bus.uniqueName)),)")
    }

    package func setMenu(_ entries: [Entry]) {
        self.entries = entries
        bus?.emit(path: "/MenuBar", interface: "com.canonical.dbusmenu", signal: "LayoutUpdated", "(uint32 1, 0)")
    }

    /// - Parameters:
    ///   - iconName: what a panel shows while something is unread.
    ///   - tooltip: says the same in words.
    package func set(unread: Int, iconName: String, tooltip: String) {
        guard unread != self.unread || tooltip != self.tooltip else { return }
        // Some panels show what they have for attention whatever the status is, and others never do.
        attentionIconName = unread > 0 ? iconName : ""
        self.unread = unread
        self.tooltip = tooltip
        for signal in ["NewIcon", "NewAttentionIcon", "NewToolTip", "NewTitle"] {
            bus?.emit(path: "/StatusNotifierItem", interface: "org.kde.StatusNotifierItem", signal: signal)
        }
        bus?.emit(
            path: "/StatusNotifierItem", interface: "org.kde.StatusNotifierItem", signal: "NewStatus",
            "(\(Variant.quote(status)),)")
        bus?.emit(
            path: "/org/mado/Desktop", interface: "com.canonical.Unity.LauncherEntry", signal: "Update",
            "('application://org.mado.Desktop.desktop', {'count': <int64 \(unread)>, 'count-visible': <\(unread > 0)>})"
        )
    }

    private var status: String { unread > 0 ? "NeedsAttention" : "Active" }

    private func called(_ method: String) -> String? {
        switch method {
        case "Activate": onActivate()
        case "SecondaryActivate", "ContextMenu", "Scroll": break
        default: return nil
        }
        return "()"
    }

    private func property(_ name: String) -> String? {
        switch name {
        case "Category": "'Communications'"
        case "Id": "'mado'"
        case "Title": Variant.quote(title)
        case "Status": Variant.quote(status)
        case "WindowId": "0"
        case "IconName": Variant.quote(unread > 0 ? attentionIconName : iconName)
        case "AttentionIconName": Variant.quote(attentionIconName)
        case "IconThemePath": Variant.quote(iconFolder)
        case "OverlayIconName": "''"
        case "ToolTip": "(\(Variant.quote(iconName)), @a(iiay) [], \(Variant.quote(tooltip)), '')"
        case "ItemIsMenu": "false"
        case "Menu": "objectpath '/MenuBar'"
        default: nil
        }
    }

    private func menuCalled(_ method: String, _ parameters: OpaquePointer?) -> String? {
        switch method {
        case "GetLayout":
            let children = entries.indices.map { "<(\($0 + 1), \(properties($0)), @av [])>" }.joined(separator: ", ")
            return "(uint32 1, (0, {'children-display': <'submenu'>}, [\(children)]))"
        case "GetGroupProperties":
            let all = entries.indices.map { "(\($0 + 1), \(properties($0)))" }.joined(separator: ", ")
            return all.isEmpty ? "(@a(ia{sv}) [],)" : "([\(all)],)"
        case "GetProperty": return "(<''>,)"
        case "AboutToShow": return "(false,)"
        case "Event":
            if Variant.string(parameters, 1) == "clicked", let id = Variant.int(parameters, 0),
                entries.indices.contains(Int(id) - 1)
            {
                entries[Int(id) - 1].action()
            }
            return "()"
        default: return nil
        }
    }

    private func properties(_ index: Int) -> String { "{'label': <\(Variant.quote(entries[index].label))>}" }

    private static let itemDescription = """
        <node><interface name="org.kde.StatusNotifierItem">
        <property name="Category" type="s" access="read"/><property name="Id" type="s" access="read"/>
        <property name="Title" type="s" access="read"/><property name="Status" type="s" access="read"/>
        <property name="WindowId" type="i" access="read"/><property name="IconName" type="s" access="read"/>
        <property name="AttentionIconName" type="s" access="read"/><property name="OverlayIconName" type="s" access="read"/>
        <property name="IconThemePath" type="s" access="read"/>
        <property name="ToolTip" type="(sa(iiay)ss)" access="read"/><property name="ItemIsMenu" type="b" access="read"/>
        <property name="Menu" type="o" access="read"/>
        <method name="Activate"><arg type="i" direction="in"/><arg type="i" direction="in"/></method>
        <method name="SecondaryActivate"><arg type="i" direction="in"/><arg type="i" direction="in"/></method>
        <method name="ContextMenu"><arg type="i" direction="in"/><arg type="i" direction="in"/></method>
        <method name="Scroll"><arg type="i" direction="in"/><arg type="s" direction="in"/></method>
        <signal name="NewTitle"/><signal name="NewIcon"/><signal name="NewAttentionIcon"/><signal name="NewToolTip"/>
        <signal name="NewStatus"><arg type="s"/></signal>
        </interface></node>
        """

    private static let menuDescription = """
        <node><interface name="com.canonical.dbusmenu">
        <property name="Version" type="u" access="read"/><property name="Status" type="s" access="read"/>
        <property name="TextDirection" type="s" access="read"/>
        <method name="GetLayout"><arg type="i" direction="in"/><arg type="i" direction="in"/><arg type="as" direction="in"/>
        <arg type="u" direction="out"/><arg type="(ia{sv}av)" direction="out"/></method>
        <method name="GetGroupProperties"><arg type="ai" direction="in"/><arg type="as" direction="in"/>
        <arg type="a(ia{sv})" direction="out"/></method>
        <method name="GetProperty"><arg type="i" direction="in"/><arg type="s" direction="in"/>
        <arg type="v" direction="out"/></method>
        <method name="Event"><arg type="i" direction="in"/><arg type="s" direction="in"/><arg type="v" direction="in"/>
        <arg type="u" direction="in"/></method>
        <method name="AboutToShow"><arg type="i" direction="in"/><arg type="b" direction="out"/></method>
        <signal name="LayoutUpdated"><arg type="u"/><arg type="i"/></signal>
        </interface></node>
        """
}
