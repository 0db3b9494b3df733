import EventLoop
import HTTP
import MatrixAPI
import Outbound

/// Stages of interactive authentication by a page, for clients that do not know a stage: they show it in a browser and
/// go on when it says that it is done.
///
/// Source: Client-Server API, "User-Interactive Authentication API", "Fallback".
package struct AuthenticationFallback: RouteProviding {
    private static let path = "/_matrix/client/v3/auth/{stage}/fallback/web"
    private static let scriptPath = "/_mado/v1/pages/authentication-done.js"

    private let authentication: InteractiveAuthentication
    /// nil on a server that sends no mail.
    private let proofs: AddressProofs?

    package init(authentication: InteractiveAuthentication, proofs: AddressProofs?) {
        self.authentication = authentication
        self.proofs = proofs
    }

    package func addRoutes(to routes: inout Routes) {
        routes.add(.get, Self.path, authentication: .none, limit: .login) { [self] request in
            let stage = try stage(request)
            guard let session = request.query("session"), isThere(session, request) else { return Self.over }
            return Self.form(stage, session)
        }
        routes.add(.post, Self.path, authentication: .none, limit: .login, body: .streamed) { [self] request in
            let stage = try stage(request)
            let fields = try await request.form()
            guard let session = fields["session"], isThere(session, request) else { return Self.over }
            if stage == .emailIdentity, fields["sid"] == nil { return try await sendMail(session, fields, request) }
            do {
                try await authentication.complete(stage, of: session, by: fields, now: request.loop.now())
                return Self.done
            } catch let error as MatrixError where error.code == .forbidden || error.code == .missingParam {
                return Self.form(stage, session, fields: fields, error: error.message)
            }
        }
        let script = Answer.response(WebPage.script(Self.script))
        routes.add(.get, Self.scriptPath, authentication: .none, limit: .unlimited) { _ in script }
    }

    /// - Throws: `M_NOT_FOUND` for a stage that nothing here asks for.
    private func stage(_ request: Request) throws -> AuthenticationStage {
        guard let stage = AuthenticationStage(rawValue: request.parameter("stage")),
            stage != .emailIdentity || proofs != nil
        else { throw MatrixError.notFound("There is no such stage") }
        return stage
    }

    private func isThere(_ session: String, _ request: Request) -> Bool {
        authentication.pending.find(session, now: request.loop.now()) != nil
    }

    /// The first half of proving an address: the page goes on once the link in the mail was followed.
    private func sendMail(_ session: String, _ fields: [String: String], _ request: Request) async throws -> Answer {
        guard let proofs, let address = MailAddress(fields["email"] ?? "") else {
            return Self.form(.emailIdentity, session, error: "This is no address that mail can be sent to")
        }
        let secret = RandomBytes.token(18)
        let wish = AddressProofs.Wish(
            address: address, secret: secret, attempt: 1, nextLink: nil,
            languages: request.head.headers.first(named: "accept-language"))
        let purpose = authentication.addressPurpose(of: session, now: request.loop.now())
        let id = try await proofs.request(purpose, wish, now: request.loop.now())
        return Self.form(.emailIdentity, session, fields: ["sid": id, "client_secret": secret])
    }

    // MARK: Pages

    private static func form(
        _ stage: AuthenticationStage, _ session: String, fields: [String: String] = [:], error: String = ""
    ) -> Answer {
        let text: String
        let inputs: String
        var button = "Continue"
        switch stage {
        case .password:
            text = "Enter your password to confirm that it is you."
            inputs = label("Password", #"name="password" type="password" autocomplete="current-password" required"#)
        case .registrationToken:
            text = "Enter the registration token that the administrator gave you."
            inputs = label("Registration token", #"name="token" autocomplete="off" spellcheck="false" required"#)
        case .emailIdentity:
            if let id = fields["sid"], let secret = fields["client_secret"] {
                text = "A mail is on its way. Follow the link in it, then go on here."
                inputs = hidden("sid", id) + hidden("client_secret", secret)
            } else {
                text = "Enter your e-mail address: a link is sent there."
                inputs = label("E-mail address", #"name="email" type="email" autocomplete="email" required"#)
                button = "Send the link"
            }
        case .dummy:
            text = "Nothing more is needed."
            inputs = ""
        }
        let body = """
            <p>\(text)</p>
            <form method="post">
            \(hidden("session", session))\(inputs)
            <p class="error" role="alert">\(HTMLText.escape(error))</p>
            <button type="submit">\(button)</button>
            </form>
            """
        return .response(WebPage(title: "Confirm that it is you", body: body).response())
    }

    private static func label(_ text: String, _ attributes: String) -> String {
        "<label>\(text) <input \(attributes) autofocus></label>\n"
    }

    private static func hidden(_ name: String, _ value: String) -> String {
        "<input type=\"hidden\" name=\"\(name)\" value=\"\(HTMLText.escape(value))\">\n"
    }

    private static let done = Answer.response(
        WebPage(
            title: "Done", body: "<p id=\"done\">You can close this page and go back to your app.</p>",
            script: scriptPath
        ).response())

    private static let over = Answer.response(
        WebPage(
            title: "This is over", body: "<p>Too much time has passed. Begin once more in your app.</p>",
            status: .notFound
        ).response())

    /// The opener is told nothing but that it is done: whoever it is may know that.
    private static let script = """
        "use strict";
        if (typeof window.onAuthDone === "function") {
          window.onAuthDone();
        } else if (window.opener && window.opener.postMessage) {
          window.opener.postMessage("authDone", "*");
        }

        """
}
