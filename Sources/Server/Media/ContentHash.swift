import COpenSSL
package import Store

/// SHA-256 of bytes that come one after the other. Used by one thread at a time.
package final class ContentHash {
    private let context: OpaquePointer

    package init() {
        // They fail for want of memory alone.
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
            preconditionFailure("no SHA-256")
        }
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    package func update(_ bytes: some Collection<UInt8>) {
        let done: Void? = bytes.withContiguousStorageIfAvailable { EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
        if done == nil { update(Array(bytes)) }
    }

    /// Of what came so far; more may follow.
    package var digest: ContentDigest {
        var bytes = [UInt8](repeating: 0, count: 32)
        // Of a copy, so that asking changes nothing.
        let copy = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(copy) }
        guard EVP_MD_CTX_copy_ex(copy, context) == 1, EVP_DigestFinal_ex(copy, &bytes, nil) == 1 else {
            preconditionFailure("no SHA-256")
        }
        return ContentDigest(bytes)
    }
}

extension ContentDigest {
    package init(of bytes: [UInt8]) {
        let hash = ContentHash()
        hash.update(bytes)
        self = hash.digest
    }
}
