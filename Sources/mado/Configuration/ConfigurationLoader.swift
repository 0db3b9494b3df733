import Server

/// Puts a configuration together: defaults, then the file, then the environment, then the command line.
struct ConfigurationLoader {
    /// A value from the command line.
    struct Override {
        /// As typed, for messages: `--listen`.
        let option: String
        let key: String
        let value: ConfigurationValue
    }

    let file: ConfigurationFile?
    /// The process' environment; only names that begin with `MADO_` are looked at.
    let environment: [String: String]
    let overrides: [Override]

    /// - Throws: all that is wrong, in the order of its places.
    func load() throws(ConfigurationErrors) -> ServerConfiguration {
        var configuration = ServerConfiguration()
        var errors: [ConfigurationError] = []

        for entry in file?.entries ?? [] {
            let source = ConfigurationError.Source.file(file?.path ?? "", line: entry.line, column: entry.column)
            apply(entry.value, to: entry.key, source, &configuration, &errors)
        }
        for (name, text) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix("MADO_") {
            guard let key = ConfigurationKeys.all.first(where: { $0.environmentName == name }) else {
                // MADO_CONFIG names the file itself.
                if name == "MADO_CONFIG" { continue }
                let reason =
                    "no such setting"
                    + Suggestion.phrase(for: name, among: ConfigurationKeys.all.map(\.environmentName))
                errors.append(ConfigurationError(source: .environment(name), key: nil, reason: reason))
                continue
            }
            apply(.untyped(text), to: key.name, .environment(name), &configuration, &errors)
        }
        for override in overrides {
            apply(override.value, to: override.key, .commandLine(override.option), &configuration, &errors)
        }
        if errors.isEmpty { errors += Self.contradictions(in: configuration) }
        if !errors.isEmpty { throw ConfigurationErrors(all: errors) }
        return configuration
    }

    private func apply(
        _ value: ConfigurationValue?, to name: String, _ source: ConfigurationError.Source,
        _ configuration: inout ServerConfiguration, _ errors: inout [ConfigurationError]
    ) {
        guard let value else {
            if ConfigurationKeys.tables.contains(name) { return }
            let reason =
                ConfigurationKeys.named(name).map { "expected \($0.allowed), found a table" }
                ?? "unknown table" + Suggestion.phrase(for: name, among: Array(ConfigurationKeys.tables))
            errors.append(ConfigurationError(source: source, key: name, reason: reason))
            return
        }
        guard let key = ConfigurationKeys.named(name) else {
            // Its table was refused already.
            if let dot = name.lastIndex(of: "."), !ConfigurationKeys.tables.contains(String(name[..<dot])) { return }
            let reason = "unknown key" + Suggestion.phrase(for: name, among: ConfigurationKeys.all.map(\.name))
            errors.append(ConfigurationError(source: source, key: name, reason: reason))
            return
        }
        do throws(ValueRejection) {
            try key.apply(&configuration, value)
        } catch {
            errors.append(ConfigurationError(source: source, key: name, reason: error.reason))
        }
    }

    /// What is wrong with values that are each allowed.
    private static func contradictions(in configuration: ServerConfiguration) -> [ConfigurationError] {
        var errors: [ConfigurationError] = []
        func refuse(_ key: String, _ reason: String) {
            errors.append(ConfigurationError(source: .whole, key: key, reason: reason))
        }
        if (configuration.tls.certificateFile == nil) != (configuration.tls.keyFile == nil) {
            refuse("tls.certificate", "tls.certificate and tls.key must both be given, or neither")
        }
        if Set(configuration.listeners).count != configuration.listeners.count {
            refuse("listeners", "the same address stands twice")
        }
        if let metrics = configuration.metrics.listener,
            configuration.listeners.contains(where: { $0.host == metrics.host && $0.port == metrics.port })
        {
            refuse("metrics.listener", "must not be one of the clients' listeners")
        }
        return errors
    }
}

/// Everything that is wrong with a configuration.
struct ConfigurationErrors: Error, CustomStringConvertible {
    let all: [ConfigurationError]
    var description: String { all.map(\.description).joined(separator: "\n") }
}
