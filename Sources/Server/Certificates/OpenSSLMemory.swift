import COpenSSL

/// OpenSSL's readers and writers, from and into arrays.
enum OpenSSLMemory {
    /// - Parameter parse: gets a BIO that yields `content`; it must not keep it.
    static func read<T>(_ content: [UInt8], _ parse: (OpaquePointer?) -> T) -> T {
        content.withUnsafeBytes { bytes in
            let bio = BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count))
            defer { BIO_free(bio) }
            return parse(bio)
        }
    }

    /// - Parameter write: writes to the BIO; 1 when it did.
    static func collect(_ call: String, _ write: (OpaquePointer?) -> Int32) throws(CertificateError) -> [UInt8] {
        let bio = BIO_new(BIO_s_mem())
        defer { BIO_free(bio) }
        guard write(bio) == 1 else { throw .openSSL(call: call, reason: CertificateError.takeReason()) }
        var content: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = BIO_read(bio, &part, Int32(part.count))
            if count <= 0 { return content }
            content.append(contentsOf: part[..<Int(count)])
        }
    }
}
