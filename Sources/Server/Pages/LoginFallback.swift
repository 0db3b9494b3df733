import HTTP
import MatrixAPI

/// Logging in by a page, for clients that do not know how to log in here: they show it in a web view and get the answer
/// of `/login` through a function of theirs.
///
/// Source: Client-Server API, "Login Fallback".
package struct LoginFallback: RouteProviding {
    private static let path = "/_matrix/static/client/login/"
    private let serverName: String

    package init(serverName: String) { self.serverName = serverName }

    package func addRoutes(to routes: inout Routes) {
        let page = Answer.response(
            WebPage(
                title: "Log in to \(serverName)", body: Self.body, script: Self.path + "login.js"
            ).response())
        for path in [Self.path, String(Self.path.dropLast())] {
            routes.add(.get, path, authentication: .none, limit: .unlimited) { _ in page }
        }
        let script = Answer.response(WebPage.script(Self.script))
        routes.add(.get, Self.path + "login.js", authentication: .none, limit: .unlimited) { _ in script }
    }

    private static let body = """
        <form id="login">
        <label>Name <input id="user" autocomplete="username" autocapitalize="none" spellcheck="false" required
        autofocus></label>
        <label>Password <input id="password" type="password" autocomplete="current-password" required></label>
        <p class="error" id="error" role="alert"></p>
        <button type="submit" id="submit">Log in</button>
        </form>
        <noscript><p>This page needs JavaScript.</p></noscript>
        """

    /// What the client wrote into the page's query goes into the request, credentials excepted.
    private static let script = """
        "use strict";
        const form = document.getElementById("login");
        const error = document.getElementById("error");
        const submit = document.getElementById("submit");

        function loggedIn(answer) {
          if (window.matrixLogin && typeof window.matrixLogin.onLogin === "function") {
            window.matrixLogin.onLogin(answer);
          } else if (typeof window.onLogin === "function") {
            window.onLogin(answer);
          }
          const done = document.createElement("p");
          done.id = "done";
          done.textContent = "You are logged in as " + answer.user_id + ". Go back to your app now.";
          form.replaceWith(done);
        }

        form.addEventListener("submit", async (event) => {
          event.preventDefault();
          submit.disabled = true;
          error.textContent = "";
          const request = {};
          for (const name of ["device_id", "initial_device_display_name"]) {
            const value = new URLSearchParams(location.search).get(name);
            if (value) request[name] = value;
          }
          request.type = "m.login.password";
          const name = document.getElementById("user").value.trim();
          request.identifier = /^[^@]+@/.test(name)
            ? { type: "m.id.thirdparty", medium: "email", address: name }
            : { type: "m.id.user", user: name };
          request.password = document.getElementById("password").value;
          try {
            const response = await fetch("/_matrix/client/v3/login", {
              method: "POST",
              headers: { "Content-Type": "application/json" },
              body: JSON.stringify(request),
            });
            const answer = await response.json();
            if (response.ok) {
              loggedIn(answer);
              return;
            }
            error.textContent = answer.error || "That did not work.";
          } catch {
            error.textContent = "The server does not answer.";
          }
          submit.disabled = false;
        });

        """
}
