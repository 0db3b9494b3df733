import HTTP
import MatrixAPI
import Outbound

/// The page that a link in a mail leads to. It asks before it confirms: programs that look at links in mail follow them
/// too, and a confirmation that nobody meant would let somebody else in.
package struct MailPages: RouteProviding {
    private let proofs: AddressProofs
    private let publicURL: String

    /// - Parameter publicURL: how browsers reach this server.
    package init(proofs: AddressProofs, publicURL: String) {
        self.proofs = proofs
        self.publicURL = publicURL
    }

    package func addRoutes(to routes: inout Routes) {
        routes.add(.get, AddressProofs.path, authentication: .none, limit: .login) { [self] request in
            let (id, token) = (request.query("sid") ?? "", request.query("token") ?? "")
            guard let confirmed = try await proofs.purpose(of: id, token: token) else { return Self.over }
            return Self.question(confirmed, id, token)
        }
        routes.add(.post, AddressProofs.path, authentication: .none, limit: .login, body: .streamed) {
            [self] request in
            let form = try await request.form()
            guard let confirmed = try await proofs.confirm(form["sid"] ?? "", token: form["token"] ?? "") else {
                return Self.over
            }
            if let next = confirmed.nextLink, isOwn(next) {
                return .response(HTTPResponse(status: .seeOther, headers: ["location": next]))
            }
            return Self.done
        }
    }

    /// A link to anywhere would make this server one that leads people to where somebody else wants them.
    private func isOwn(_ link: String) -> Bool { link == publicURL || link.hasPrefix(publicURL + "/") }

    private static func question(_ confirmed: AddressProofs.Confirmed, _ id: String, _ token: String) -> Answer {
        let address = HTMLText.escape(confirmed.address)
        let (title, text, button) =
            switch confirmed.purpose {
            case .add:
                (
                    "Confirm your address",
                    "You are about to confirm that <b>\(address)</b> is yours, to add it to "
                        + "your account.", "Confirm this address"
                )
            case .register:
                (
                    "Confirm your address",
                    "You are about to confirm that <b>\(address)</b> is yours, to make an "
                        + "account with it.", "Confirm this address"
                )
            case .password:
                (
                    "Set a new password?",
                    "Somebody wants to set a new password for the account of <b>\(address)</b>. "
                        + "Confirm it only if you asked for that yourself, a moment ago.", "Confirm that it is me"
                )
            }
        let body = """
            <p>\(text)</p>
            <form method="post" action="\(AddressProofs.path)">
            <input type="hidden" name="sid" value="\(HTMLText.escape(id))">
            <input type="hidden" name="token" value="\(HTMLText.escape(token))">
            <button type="submit">\(button)</button>
            </form>
            """
        return .response(WebPage(title: title, body: body).response())
    }

    private static let done = Answer.response(
        WebPage(
            title: "Your address is confirmed", body: "<p>Go back to your app now, and go on there.</p>"
        ).response())

    private static let over = Answer.response(
        WebPage(
            title: "This link is over",
            body: "<p>It was used already, or too much time has passed. Ask for another mail in your app.</p>",
            status: .notFound
        ).response())
}
