import COpenSSL
package import HTTP

/// `GET /`: says in plain words that the server runs and how to connect. No scripts, nothing loaded from elsewhere.
package struct LandingPage: Sendable {
    /// What the page tells.
    package struct Content: Sendable, Equatable {
        /// What a client is given as the homeserver's address.
        package let baseURL: String
        package let serverName: String
        package let registration: RegistrationSettings.Policy
        /// The fingerprint of the server's own authority; nil when the certificate comes from elsewhere.
        package let authorityFingerprint: String?
        package let isDemo: Bool

        package init(
            baseURL: String, serverName: String, registration: RegistrationSettings.Policy,
            authorityFingerprint: String?, isDemo: Bool
        ) {
            self.baseURL = baseURL
            self.serverName = serverName
            self.registration = registration
            self.authorityFingerprint = authorityFingerprint
            self.isDemo = isDemo
        }
    }

    /// Where the authority's certificate can be had.
    package static let authorityPath = "/ca.crt"

    private let page: HTTPResponse

    package init(_ content: Content) {
        let style = Self.style
        let headers: HTTPHeaders = [
            "content-type": "text/html; charset=utf-8",
            "content-security-policy":
                "default-src 'none'; style-src 'sha256-\(Self.base64(Self.sha256(style)))'; img-src data:; "
                + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "cache-control": "no-cache",
        ]
        page = HTTPResponse(status: .ok, headers: headers, body: Array(Self.html(content, style: style).utf8))
    }

    package func response() -> HTTPResponse { page }

    private static func html(_ content: Content, style: String) -> String {
        let name = HTMLText.escape(content.serverName)
        let url = HTMLText.escape(content.baseURL)
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="robots" content="noindex">
            <title>Mado on \(name)</title>
            <link rel="icon" href="data:image/svg+xml,\(iconForAttribute)">
            <style>\(style)</style>
            </head>
            <body>
            <main>
            <header>
            \(logo)
            <div>
            <h1>Mado is running</h1>
            <p class="status"><span class="dot"></span>\(name) is ready for you</p>
            </div>
            </header>
            <section class="address">
            <h2>Connect to this address</h2>
            <p class="url">\(url)</p>
            <p class="note">Your name here looks like <b>@you:\(name)</b></p>
            </section>
            \(steps(content))
            \(certificate(content))
            </main>
            <footer>
            <p>Mado \(ServerVersion.string) · speaks the <a href="https://matrix.org/">Matrix</a> protocol ·
            <a href="/_mado/v1/health">health</a></p>
            </footer>
            </body>
            </html>

            """
    }

    private static func steps(_ content: Content) -> String {
        let account =
            switch content.registration {
            case .open:
                "Make an account in the app: choose <b>Create account</b> or <b>Register</b>. It takes a name and a password."
            case .token:
                "Make an account in the app: choose <b>Create account</b> or <b>Register</b> and enter the "
                    + "<b>registration token</b> that the administrator gave you."
            case .closed: "Sign in with the <b>name and password</b> that the administrator of this server gave you."
            }
        let demo =
            content.isDemo
            ? """
            <p class="note demo">This is a demonstration: sign in as <b>hanako</b>, <b>kenji</b> or <b>maria</b>,
            each with the password <b>\(Demonstration.password)</b>.</p>
            """ : ""
        return """
            <section>
            <h2>How to begin</h2>
            <ol>
            <li><b>Get a Matrix app</b> for your phone or computer:
            <a href="https://element.io/">Element</a>, <a href="https://fluffychat.im/">FluffyChat</a>,
            <a href="https://cinny.in/">Cinny</a>, <a href="https://nheko-reborn.github.io/">nheko</a> or another one.</li>
            <li><b>Choose this server</b>: where the app asks for a homeserver, replace what stands there with the
            address above.</li>
            <li>\(account)</li>
            </ol>
            \(demo)
            </section>
            """
    }

    private static func certificate(_ content: Content) -> String {
        guard let fingerprint = content.authorityFingerprint else { return "" }
        return """
            <section>
            <h2>If your app does not trust the connection</h2>
            <p>This server vouches for itself with its own certificate authority. Apps and browsers trust it once you
            have added it to your device's certificates.</p>
            <p><a class="button" href="\(authorityPath)">Get the certificate</a></p>
            <details>
            <summary>Fingerprint to compare with the administrator's</summary>
            <p class="fingerprint">\(HTMLText.escape(fingerprint))</p>
            </details>
            </section>
            """
    }

    private static func sha256(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        var digest = [UInt8](repeating: 0, count: 32)
        SHA256(bytes, bytes.count, &digest)
        return digest
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        var encoded = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
        let count = EVP_EncodeBlock(&encoded, bytes, Int32(bytes.count))
        return String(decoding: encoded[..<Int(count)], as: UTF8.self)
    }
}
