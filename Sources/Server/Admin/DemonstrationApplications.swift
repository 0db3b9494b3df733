import JSON
import MatrixAPI
import Store

/// The demonstration's applications: those whose form and program are in the providers' folder.
package struct DemonstrationApplications: Sendable {
    private static let all: [(title: String, folder: String, input: StoredApplication.Input)] = [
        ("Order", "order", .json), ("Survey", "survey", .urlencoded), ("Report", "report", .json),
    ]

    private let applications: Applications
    private let folder: String

    /// - Parameter folder: with a folder for each: `form.json`, and the program of the same name.
    package init(applications: Applications, folder: String) {
        self.applications = applications
        self.folder = folder
    }

    /// Does nothing when there is any application.
    package func fill() async throws {
        guard applications.portal.space != nil, try await applications.all().isEmpty else { return }
        for (title, name, input) in Self.all {
            let place = "\(folder)/\(name)"
            guard let form = try? SystemFile.read(place + "/form.json") else { continue }
            var wish = Applications.Creation(name: title, form: try JSONValue.parse(form), program: "\(place)/\(name)")
            wish.input = input
            _ = try await applications.set(wish)
        }
    }
}
