import COpenSSL
import HTTP

/// A page of the server's own for browsers: one style, and a content security policy that lets it load its own script
/// and nothing else.
struct WebPage {
    var language = "en"
    let title: String
    /// HTML.
    let body: String
    /// The path of a script on this server.
    var script: String?
    var status = HTTPStatus.ok

    func response() -> HTTPResponse {
        let style = LandingPage.style + Self.forms
        let scripts = script == nil ? "" : "script-src 'self'; connect-src 'self'; "
        let headers: HTTPHeaders = [
            "content-type": "text/html; charset=utf-8",
            "content-security-policy":
                "default-src 'none'; style-src 'sha256-\(Self.digest(style))'; img-src data:; \(scripts)"
                + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
            "x-content-type-options": "nosniff",
            "x-frame-options": "DENY",
            "referrer-policy": "no-referrer",
            "cache-control": "no-store",
        ]
        return HTTPResponse(status: status, headers: headers, body: Array(html(style).utf8))
    }

    /// A script's answer.
    static func script(_ text: String) -> HTTPResponse {
        HTTPResponse(
            status: .ok,
            headers: [
                "content-type": "text/javascript; charset=utf-8", "x-content-type-options": "nosniff",
                "content-security-policy": "default-src 'none'", "cache-control": "no-cache",
            ], body: Array(text.utf8))
    }

    private func html(_ style: String) -> String {
        let script = script.map { "\n<script src=\"\(HTMLText.escape($0))\" defer></script>" } ?? ""
        return """
            <!doctype html>
            <html lang="\(HTMLText.escape(language))">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="robots" content="noindex">
            <title>\(HTMLText.escape(title))</title>
            <link rel="icon" href="data:image/svg+xml,\(LandingPage.iconForAttribute)">
            <style>\(style)</style>\(script)
            </head>
            <body>
            <main>
            <header>
            \(LandingPage.logo)
            <h1>\(HTMLText.escape(title))</h1>
            </header>
            <section>
            \(body)
            </section>
            </main>
            </body>
            </html>

            """
    }

    private static func digest(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var digest = [UInt8](repeating: 0, count: 32)
        SHA256(bytes, bytes.count, &digest)
        var encoded = [UInt8](repeating: 0, count: 45)
        let count = EVP_EncodeBlock(&encoded, digest, Int32(digest.count))
        return String(decoding: encoded[..<Int(count)], as: UTF8.self)
    }

    private static let forms = """
        form{display:grid;gap:1rem;max-width:24rem}
        label{display:grid;gap:.3rem;font-weight:600}
        input{font:inherit;padding:.55rem .7rem;border:1px solid var(--line);border-radius:.6rem;
        background:var(--paper);color:var(--ink);font-weight:400}
        button{font:inherit;font-weight:600;padding:.65rem 1.15rem;border:0;border-radius:.7rem;
        background:var(--blue);color:var(--onblue);cursor:pointer;justify-self:start}
        button:hover{filter:brightness(1.07)}button[disabled]{opacity:.6}
        .error{color:#c0392b;margin:0}.error:empty{display:none}
        @media (prefers-color-scheme:dark){.error{color:#ff8a7a}}
        """
}
