import JSON

/// Whom to turn to who has trouble with the server. Source: Client-Server API, `support.yaml`.
package struct SupportContact: Sendable {
    private let settings: SupportSettings

    /// nil when the settings name nobody.
    package init?(_ settings: SupportSettings) {
        guard settings.matrixID != nil || settings.email != nil || settings.page != nil else { return nil }
        self.settings = settings
    }

    func write(to object: inout JSONWriter) {
        if settings.matrixID != nil || settings.email != nil {
            object.array("contacts") { contacts in
                contacts.object { contact in
                    contact.memberIfPresent("matrix_id", settings.matrixID)
                    contact.memberIfPresent("email_address", settings.email)
                    contact.member("role", "m.role.admin")
                }
            }
        }
        object.memberIfPresent("support_page", settings.page)
    }
}
