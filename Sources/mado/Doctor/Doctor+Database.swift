import JSON
import Server
import Store
import StoreSQLite

extension Doctor {
    /// The database: asked of the server that has it open, or read through when there is none.
    func database() -> [Finding] {
        let subject = "database"
        guard SystemFile.exists(folder.databaseFile) else {
            return [.good(subject, "none yet; `mado serve` makes it")]
        }
        if let holder = folder.holder() { return [runningDatabase(subject, holder)] }
        do throws(StoreError) {
            let found = try SQLiteInspection(folder: folder.path)
            let note = found.version < found.supported ? "; the next start brings it to version \(found.supported)" : ""
            return [.good(subject, "\(folder.databaseFile) is whole, version \(found.version)\(note)")]
        } catch {
            return [.problem(subject, error.description, do: Self.advice(error))]
        }
    }

    private func runningDatabase(_ subject: String, _ holder: Int32) -> Finding {
        do throws(AdminError) {
            let answer = try AdminClient(socketPath: folder.adminSocket).request("GET", "/health")
            guard answer["status"]?.string == "ok" else {
                return .problem(
                    subject, "the running server (process \(holder)) cannot write",
                    do: "Look for errors in its log; the disk may be full or read-only.")
            }
            return .good(subject, "in use by the running server (process \(holder)), which writes to it")
        } catch {
            return .problem(
                subject, "the running server (process \(holder)) cannot write or does not answer: \(error)",
                do: "Look at its log; start it again if it hangs.")
        }
    }

    private static func advice(_ error: StoreError) -> String {
        switch error {
        case .corrupt: "Keep a copy of the folder as it is, then restore the newest backup (docs/operating.md)."
        case .databaseIsNewer: "Use the newer program that wrote it, or a backup from before the upgrade."
        case .locked: "Stop whatever has the folder open: fuser -v the files in it."
        default: "Look in the system's log for disk errors (dmesg)."
        }
    }
}
