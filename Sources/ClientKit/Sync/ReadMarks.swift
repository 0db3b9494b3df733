/// Where the member has read, as long as the server does not know it.
enum ReadMarks {
    private static let prefix = "unsent.read."

    static func name(_ roomID: String) -> String { prefix + roomID }

    static func roomID(_ name: String) -> String { String(name.dropFirst(prefix.count)) }
}

extension AccountEngine {
    func sendReadMarks() async {
        guard let marks = try? await store.read({ try $0.values(beginningWith: ReadMarks.name("")) }) else { return }
        for (name, value) in marks {
            do {
                try await client.setRead(
                    String(value.dropFirst()), isPublic: value.hasPrefix("+"), in: ReadMarks.roomID(name))
            } catch let error as MatrixClientError where !error.isTransient {
                // The room is gone: nobody wants to know any more.
            } catch {
                continue
            }
            try? await store.write { database in
                if try database.value(name) == value { try database.setValue(nil, for: name) }
            }
        }
    }
}
