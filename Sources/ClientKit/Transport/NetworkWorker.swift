internal import CurlKit

/// Connections that are all checked against the same authorities, on a thread of their own.
final class NetworkWorker: Sendable {
    let trust: TrustStore
    let thread: CurlThread

    /// - Throws: ``TransportError/authorityFile(path:)``, or when there is no thread to be had.
    init(authorityFile: String?) throws(TransportError) {
        do throws(TrustStore.UnusableFile) {
            trust = try TrustStore(authorityFile: authorityFile)
        } catch {
            throw .authorityFile(path: error.path)
        }
        do throws(CurlThread.CannotStart) {
            thread = try CurlThread(name: "mado-network")
        } catch {
            throw .other(error.reason)
        }
    }

    /// What is on its way goes on.
    func close() { thread.close() }
}
