internal import CGtk
internal import Glibc

/// A page or a game, drawn by WebKit in a library that is loaded when the first one is opened.
@MainActor package final class PageView: Widget {
    package enum Event: Sendable, Equatable {
        case loading
        case loaded
        case failed(String)
        /// A link that leads elsewhere was chosen.
        case leadsOut(String)
        case title(String)
    }

    package enum Content: Sendable {
        /// - Parameters: a proxy's address, and a file with an authority that is trusted besides the system's.
        case page(address: String, proxy: String?, authorityFile: String?)
        /// The folder of a game, and its first file.
        case game(folder: String, entry: String)
    }

    /// The library is not there, or WebKit is not.
    package struct Missing: Error { package let reason: String }

    private final class Handler {
        let handler: @MainActor (Event) -> Void
        init(_ handler: @escaping @MainActor (Event) -> Void) { self.handler = handler }
    }

    // As in Sources/Pages/include/Pages.h, which cannot be imported without what it needs.
    private typealias EventFunction = @convention(c) (UInt32, UnsafePointer<CChar>?, gpointer?) -> Void
    private typealias MakeFunction =
        @convention(c) (
            UnsafeRawPointer, UnsafePointer<CChar>, EventFunction, gpointer?, GDestroyNotify?
        ) -> UnsafeMutableRawPointer?
    private struct Options {
        var proxy: UnsafeMutablePointer<CChar>?
        var authorityFile: UnsafeMutablePointer<CChar>?
        var gameFolder: UnsafeMutablePointer<CChar>?
        var isDark: Int32
    }

    private static var library: UnsafeMutableRawPointer?

    package init(_ content: Content, _ handler: @escaping @MainActor (Event) -> Void) throws(Missing) {
        let make = try Self.function("mado_page_new", as: MakeFunction.self)
        var options = Options(isDark: Appearance.isDark ? 1 : 0)
        let address: String
        switch content {
        case .page(let page, let proxy, let authority):
            address = page
            options.proxy = proxy.map { strdup($0) }
            options.authorityFile = authority.map { strdup($0) }
        case .game(let folder, let entry):
            address = entry
            options.gameFolder = strdup(folder)
        }
        defer {
            for text in [options.proxy, options.authorityFile, options.gameFolder] { free(text) }
        }
        let box = Unmanaged.passRetained(Handler(handler)).toOpaque()
        let tell: EventFunction = { event, text, box in
            guard let box else { return }
            let text = text.map { String(cString: $0) } ?? ""
            onMainThread(box) { box in
                let told: Event =
                    switch event {
                    case 0: .loading
                    case 1: .loaded
                    case 2: .failed(text)
                    case 3: .leadsOut(text)
                    default: .title(text)
                    }
                Unmanaged<Handler>.fromOpaque(box).takeUnretainedValue().handler(told)
            }
        }
        let made = withUnsafePointer(to: &options) { options in
            make(options, address, tell, box) { box in if let box { Unmanaged<Handler>.fromOpaque(box).release() } }
        }
        guard let made else { throw Missing(reason: "no page") }
        super.init(floating: made)
    }

    package func reload() { call("mado_page_reload") }
    package func goBack() { call("mado_page_go_back") }

    private func call(_ name: String) {
        let found = try? Self.function(name, as: (@convention(c) (UnsafeMutableRawPointer) -> Void).self)
        found?(raw)
    }

    /// Looks beside the program first, then where a package puts it.
    private static func function<Function>(_ name: String, as type: Function.Type) throws(Missing) -> Function {
        if library == nil {
            var path = [CChar](repeating: 0, count: 4096)
            let count = readlink("/proc/self/exe", &path, path.count - 1)
            let program = String(decoding: path.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let folder = program.lastIndex(of: "/").map { String(program[...$0]) } ?? ""
            for place in [folder + "libmado-pages.so", "/usr/lib/mado/libmado-pages.so"] where library == nil {
                library = dlopen(place, RTLD_NOW | RTLD_LOCAL)
            }
        }
        guard let library, let symbol = dlsym(library, name) else {
            throw Missing(reason: dlerror().map { String(cString: $0) } ?? name)
        }
        return unsafeBitCast(symbol, to: type)
    }
}
