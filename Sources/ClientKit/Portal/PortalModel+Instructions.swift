extension PortalModel {
    /// Those that nothing was decided on, oldest first.
    package var pendingInstructions: [Instruction] { instructions.filter { $0.outcome == nil }.reversed() }

    /// What the user has decided once and for all.
    package func consent(for matter: Consent.Matter) async -> Consent {
        let name = matter.name
        let kept = try? await account.parts?.engine.store.read { try $0.value(name) }
        return (kept ?? nil).flatMap(Consent.init) ?? .ask
    }

    package func setConsent(_ consent: Consent, for matter: Consent.Matter) {
        account.parts?.engine.submit { database, _ in
            try database.setValue(consent == .ask ? nil : consent.rawValue, for: matter.name)
        }
    }

    /// Notes what became of an instruction and tells the server, now or with the next connection.
    package func finish(_ instruction: Instruction, _ outcome: Instruction.Outcome, detail: String? = nil) {
        guard let engine = account.parts?.engine else { return }
        engine.submit { database, changes in
            try database.setOutcome(outcome, detail: detail, of: instruction.id)
            changes.instructions = true
        }
        guard engine.sendsAtOnce else { return }
        Task { await engine.sendOutcomes() }
    }
}

extension AccountEngine {
    /// Tells the server what became of instructions that it does not know of yet.
    func sendOutcomes() async {
        guard isMado, let waiting = try? await store.read({ try $0.unreportedInstructions() }) else { return }
        for instruction in waiting {
            guard let outcome = instruction.outcome else { continue }
            do {
                try await client.report(outcome, detail: instruction.detail, of: instruction.id)
            } catch let error as MatrixClientError where !error.isTransient {
                // The server does not want to know any more.
            } catch {
                continue
            }
            try? await store.write { try $0.setReported(instruction.id) }
        }
    }
}
