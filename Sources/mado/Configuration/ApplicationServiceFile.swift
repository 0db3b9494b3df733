import MatrixAPI
import Server

/// Registration files of application services.
///
/// Source: Application Service API, "Registration".
enum ApplicationServiceFile {
    private static let maximumBytes = 1 << 20

    /// All services that a configuration names.
    /// - Throws: ``ApplicationServiceError`` with the file and what is wrong with it.
    static func services(_ configuration: ServerConfiguration) throws(ApplicationServiceError) -> ApplicationServices {
        var all: [ApplicationService] = []
        for path in configuration.applicationServices.registrations {
            all.append(try read(path, serverName: configuration.serverName))
        }
        return try ApplicationServices(all)
    }

    private static func read(_ path: String, serverName: String) throws(ApplicationServiceError) -> ApplicationService {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try SystemFile.read(path, limit: maximumBytes)
        } catch { throw ApplicationServiceError("the application service's registration cannot be read: \(error)") }
        do {
            return try service(try YAMLReader.read(bytes), serverName: serverName)
        } catch {
            throw ApplicationServiceError("\(path) is no application service's registration: \(error)")
        }
    }

    /// - Throws: `ApplicationServiceError` naming the key that is wrong.
    static func service(_ file: YAMLValue, serverName: String) throws -> ApplicationService {
        func text(_ key: String) throws(ApplicationServiceError) -> String {
            guard let text = file[key]?.text, !text.isEmpty else {
                throw ApplicationServiceError("\(key) must be a text")
            }
            return text
        }
        let sender = UserID("@\(try text("sender_localpart")):\(serverName)")
        guard let sender else { throw ApplicationServiceError("sender_localpart is not that of a user ID") }
        guard let namespaces = file["namespaces"], case .mapping = namespaces else {
            throw ApplicationServiceError("namespaces must be a mapping")
        }
        var service = ApplicationService(
            id: try text("id"), url: try url(file["url"]), token: try text("as_token"),
            serverToken: try text("hs_token"), sender: sender)
        service.users = try namespace("users", namespaces)
        service.aliases = try namespace("aliases", namespaces)
        service.rooms = try namespace("rooms", namespaces)
        service.isRateLimited = try flag("rate_limited", file) ?? true
        // The names under which it was known before it was part of the specification, too.
        service.receivesEphemeral =
            try flag("receive_ephemeral", file) ?? flag("push_ephemeral", file)
            ?? flag("de.sorunome.msc2409.push_ephemeral", file) ?? false
        service.protocols = try texts(file["protocols"])
        return service
    }

    private static func url(_ value: YAMLValue?) throws(ApplicationServiceError) -> String? {
        guard let value, !value.isNull else { return nil }
        guard let text = value.text, let url = WebURLText.base(text) else {
            throw ApplicationServiceError("url must be an http or https URL, or null")
        }
        return url
    }

    private static func flag(_ key: String, _ file: YAMLValue) throws(ApplicationServiceError) -> Bool? {
        guard let value = file[key], !value.isNull else { return nil }
        guard let flag = value.bool else { throw ApplicationServiceError("\(key) must be true or false") }
        return flag
    }

    private static func texts(_ value: YAMLValue?) throws(ApplicationServiceError) -> [String] {
        guard let value, !value.isNull else { return [] }
        guard let list = value.list else { throw ApplicationServiceError("protocols must be a list of texts") }
        var texts: [String] = []
        for element in list {
            guard let text = element.text else { throw ApplicationServiceError("protocols must be a list of texts") }
            texts.append(text)
        }
        return texts
    }

    private static func namespace(
        _ name: String, _ file: YAMLValue
    ) throws(ApplicationServiceError) -> [ApplicationService.Namespace] {
        guard let value = file[name], !value.isNull else { return [] }
        guard let list = value.list else { throw ApplicationServiceError("namespaces.\(name) must be a list") }
        var namespaces: [ApplicationService.Namespace] = []
        for element in list {
            guard let pattern = element["regex"]?.text else {
                throw ApplicationServiceError("each of namespaces.\(name) needs a regex")
            }
            do throws(RegularExpressionError) {
                namespaces.append(
                    ApplicationService.Namespace(
                        isExclusive: flagOrFalse(element["exclusive"]), expression: try RegularExpression(pattern)))
            } catch { throw ApplicationServiceError("the regex \(pattern): \(error)") }
        }
        return namespaces
    }

    private static func flagOrFalse(_ value: YAMLValue?) -> Bool { value?.bool ?? false }
}
