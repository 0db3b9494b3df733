/// The header fields of a message, in the order in which they were received or added.
///
/// All fields lie in one byte array, each as two lengths (name, value; 32 bits each), the name in lower
/// case, and the value: a head of any size is one allocation, a copy is a reference, and no String is made
/// until one is asked for. A look-up is a linear walk, which at the usual ten or twenty fields is faster
/// than any table.
package struct HTTPHeaders: Sendable, Hashable {
    /// The records described above, end to end.
    private var storage: [UInt8] = []
    /// The number of fields; a name that occurs twice counts twice.
    package private(set) var count = 0

    package init() {}

    /// Names are put into lower case.
    package init(_ fields: [(String, String)]) {
        for (name, value) in fields { add(name, value) }
    }

    package var isEmpty: Bool { count == 0 }

    /// Makes room for `bytes` bytes of names and values with about `fields` fields.
    package mutating func reserve(bytes: Int, fields: Int) {
        storage.reserveCapacity(bytes + fields * Self.prefixLength)
    }

    /// The value of the first field of that name, nil without one.
    /// - Parameter name: in lower case. Bytes of the value that are no UTF-8 appear as U+FFFD.
    package func first(named name: String) -> String? {
        withFirst(named: name) { String(decoding: $0, as: UTF8.self) }
    }

    /// The values of all fields of that (lower-case) name, in order, as they stand: lists are not split.
    package func all(named name: String) -> [String] {
        var values: [String] = []
        forEach(named: name) { values.append(String(decoding: $0, as: UTF8.self)) }
        return values
    }

    /// Whether there is a field of that (lower-case) name.
    package func contains(_ name: String) -> Bool {
        withFirst(named: name) { _ in true } ?? false
    }

    /// Adds a field behind the others. What the value may hold is checked where it is sent, not here.
    package mutating func add(_ name: String, _ value: String) {
        var (name, value) = (name, value)
        name.withUTF8 { name in
            value.withUTF8 { value in
                append(name: UnsafeRawBufferPointer(name), value: UnsafeRawBufferPointer(value))
            }
        }
    }

    /// Removes all fields of that name and adds one.
    package mutating func set(_ name: String, _ value: String) {
        remove(name)
        add(name, value)
    }

    /// Removes all fields of that name, in whatever case it is given.
    package mutating func remove(_ name: String) {
        let name = name.lowercasedASCII()
        guard contains(name) else { return }
        var kept = HTTPHeaders()
        forEachField { fieldName, value in
            if !fieldName.equals(name) { kept.append(name: fieldName, value: value) }
        }
        self = kept
    }

    /// Calls `body` with each field's bytes, name in lower case. The pointers are valid during the call only.
    @inline(__always)
    package func forEachField(_ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void) {
        storage.withUnsafeBytes { bytes in
            var offset = 0
            while offset < bytes.count {
                let (name, value, next) = Self.field(in: bytes, at: offset)
                body(name, value)
                offset = next
            }
        }
    }

    /// Calls `body` with the bytes of the first value of that (lower-case) name; nil without one.
    package func withFirst<Result>(named name: String, _ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
        storage.withUnsafeBytes { bytes in
            var offset = 0
            while offset < bytes.count {
                let (fieldName, value, next) = Self.field(in: bytes, at: offset)
                if fieldName.equals(name) { return body(value) }
                offset = next
            }
            return nil
        }
    }

    /// Whether a comma-separated field of that name (RFC 9110 section 5.6.1), in any of its occurrences, holds
    /// `token`, compared without regard to case. Both arguments in lower case.
    package func contains(token: StaticString, in name: String) -> Bool {
        var found = false
        forEach(named: name) { value in
            if !found { found = value.hasListElement(token) }
        }
        return found
    }

    private func forEach(named name: String, _ body: (UnsafeRawBufferPointer) -> Void) {
        forEachField { fieldName, value in
            if fieldName.equals(name) { body(value) }
        }
    }
}

extension HTTPHeaders {
    static let prefixLength = 8

    /// Adds a field from its bytes; the name is put into lower case on the way.
    @inline(__always)
    package mutating func append(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        let lengths = UInt64(UInt32(name.count)) | UInt64(UInt32(value.count)) << 32
        let length = Self.prefixLength + name.count + value.count
        storage.append(addingCapacity: length) { output in
            output.withUnsafeMutableBufferPointer { buffer, used in
                let record = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[used...])
                record.storeBytes(of: lengths.littleEndian, as: UInt64.self)
                var offset = Self.prefixLength
                for byte in name {
                    record[offset] = byte.lowercasedASCII
                    offset += 1
                }
                UnsafeMutableRawBufferPointer(rebasing: record[offset...]).copyMemory(from: value)
                used += length
            }
        }
        count += 1
    }

    @inline(__always)
    private static func field(
        in bytes: UnsafeRawBufferPointer, at offset: Int
    ) -> (name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, next: Int) {
        let lengths = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        let nameStart = offset + prefixLength
        let valueStart = nameStart + Int(truncatingIfNeeded: lengths & 0xffff_ffff)
        let next = valueStart + Int(truncatingIfNeeded: lengths >> 32)
        return (
            UnsafeRawBufferPointer(rebasing: bytes[nameStart..<valueStart]),
            UnsafeRawBufferPointer(rebasing: bytes[valueStart..<next]), next
        )
    }
}

extension HTTPHeaders: Sequence {
    /// Walks the fields as Strings.
    package struct Iterator: IteratorProtocol {
        fileprivate let storage: [UInt8]
        fileprivate var offset = 0

        package mutating func next() -> (name: String, value: String)? {
            guard offset < storage.count else { return nil }
            return storage.withUnsafeBytes { bytes in
                let (name, value, next) = HTTPHeaders.field(in: bytes, at: offset)
                offset = next
                return (String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self))
            }
        }
    }

    package func makeIterator() -> Iterator { Iterator(storage: storage) }
    package var underestimatedCount: Int { count }
}

extension HTTPHeaders: ExpressibleByDictionaryLiteral {
    /// Keeps order and repeated names.
    package init(dictionaryLiteral fields: (String, String)...) {
        self.init(fields)
    }
}
