import ClientKit
import GtkKit

/// Pictures that were shown lately, decoded, so that scrolling does not decode them again.
@MainActor final class PictureCache {
    private let account: AccountModel
    private var textures: [String: Texture] = [:]
    /// Oldest first.
    private var order: [String] = []
    private var loading: [String: [@MainActor (Texture?) -> Void]] = [:]
    private let limit = 160

    init(account: AccountModel) { self.account = account }

    /// - Parameters:
    ///   - size: pixels of the longer side, nil for the whole picture.
    ///   - handler: called now when it is there, else later; nil when it can't be had.
    func texture(_ reference: MediaReference, size: Int?, _ handler: @escaping @MainActor (Texture?) -> Void) {
        let key = "\(reference.uri) \(size ?? 0)"
        if let texture = textures[key] { return handler(texture) }
        loading[key, default: []].append(handler)
        guard loading[key]?.count == 1 else { return }
        Task { [weak self, account] in
            let path = try? await account.media(reference, size: size)
            guard let self else { return }
            let texture = path.flatMap { Texture(path: $0) }
            if let texture { keep(texture, key) }
            for handler in loading.removeValue(forKey: key) ?? [] { handler(texture) }
        }
    }

    private func keep(_ texture: Texture, _ key: String) {
        textures[key] = texture
        order.append(key)
        if order.count > limit { textures[order.removeFirst()] = nil }
    }
}
