import CurlKit
import Glibc
import TestSupport
import Testing

@testable import ClientKit

/// Which proxy the settings, the environment and the desktop name for what.
struct ProxyRulesTests {
    private func rules(
        _ proxy: NetworkSettings.Proxy = .system, _ environment: [String: String] = [:], desktop: ProxyRules = .direct
    ) -> ProxyRules {
        ProxyRules(NetworkSettings(proxy: proxy), environment: { environment[$0] }, desktop: { desktop })
    }

    private func resolver(
        _ settings: NetworkSettings, _ environment: [String: String] = [:], script: String? = nil
    ) -> ProxyResolver {
        ProxyResolver(
            settings,
            fetch: { _ throws(TransportError) in
                guard let script else { throw .cut }
                return Array(script.utf8)
            }, environment: { environment[$0] }, desktop: { .direct })
    }

    @Test func whatIsWrittenForAProxy() {
        #expect(ProxyAddress("proxy.example:3128")?.url == "http://proxy.example:3128")
        #expect(ProxyAddress("https://Proxy.example/")?.url == "https://proxy.example:443")
        #expect(ProxyAddress("http://proxy")?.url == "http://proxy:80")
        #expect(ProxyAddress("[::1]:8080")?.url == "http://[::1]:8080")
        // Names are for the proxy to resolve.
        #expect(ProxyAddress("socks5://s")?.url == "socks5h://s:1080")
        #expect(ProxyAddress("socks4://s:1")?.url == "socks4a://s:1")
        let known = ProxyAddress("http://us%40er:p%3Ass@proxy:1")
        #expect(known?.url == "http://proxy:1" && known?.user == "us@er" && known?.password == "p:ss")
        for wrong in ["", "ftp://proxy:1", "http://", "two words"] { #expect(ProxyAddress(wrong) == nil) }
    }

    @Test func theEnvironmentGoesBeforeTheDesktop() {
        let desktop = ProxyRules.automatic(url: "x")
        #expect(rules(desktop: desktop) == desktop)
        let proxy = ProxyAddress("http://p:1")
        #expect(
            rules(.system, ["https_proxy": "http://p:1", "no_proxy": "a,b"], desktop: desktop)
                == .fixed(byScheme: ["https": proxy!], other: nil, bypass: ProxyBypass(["a", "b"])))
        #expect(
            rules(.system, ["ALL_PROXY": "p:1"], desktop: desktop)
                == .fixed(byScheme: [:], other: proxy, bypass: ProxyBypass([])))
        // What a CGI program gets from a request's header.
        #expect(rules(.system, ["HTTP_PROXY": "http://evil:1"]) == .direct)
        #expect(rules(.none, ["https_proxy": "http://p:1"], desktop: desktop) == .direct)
    }

    @Test func aProxyThatIsNoneIsNoReasonToGoDirectly() {
        guard case .unusable(let reason) = rules(.system, ["https_proxy": "gopher://user:secret@p"]) else {
            Issue.record("usable")
            return
        }
        #expect(!reason.contains("secret"))
        guard case .unusable = rules(.manual(url: "")) else {
            Issue.record("usable")
            return
        }
    }

    @Test func whatKDEWrites() {
        func rules(_ lines: String, _ environment: [String: String] = [:]) -> ProxyRules {
            let text = "[$Version]\nProxyType=2\n[Proxy Settings]\n\(lines)\n[Other]\nProxyType=0\n"
            return KDEProxy.rules(text, environment: { environment[$0] })
        }
        let manual = "NoProxyFor=.intern,localhost\nhttpsProxy=http://proxy.example 3128\nsocksProxy=socks 1080"
        let expected = ProxyRules.fixed(
            byScheme: ["https": ProxyAddress("http://proxy.example:3128")!],
            other: ProxyAddress("socks5h://socks:1080"),
            bypass: ProxyBypass([".intern", "localhost"]))
        #expect(rules("ProxyType=1\n" + manual) == expected)
        #expect(rules("ProxyType=0\n" + manual) == .direct)
        #expect(
            rules("ProxyType=2\nProxy Config Script[$e]=http://pac/x\n" + manual) == .automatic(url: "http://pac/x"))
        let variables = [
            "MY_PROXY": "http://proxy.example:3128", "MY_SOCKS": "socks:1080", "MY_NO": ".intern,localhost",
        ]
        #expect(rules("ProxyType=4\nhttpsProxy=MY_PROXY\nsocksProxy=MY_SOCKS\nNoProxyFor=MY_NO", variables) == expected)
        for other in ["ProxyType=3", "ProxyType=2", "ProxyType=1\nReversedException=true\n" + manual] {
            guard case .unusable = rules(other) else {
                Issue.record("\(other)")
                continue
            }
        }
        #expect(KDEProxy.read(environment: { $0 == "XDG_CURRENT_DESKTOP" ? "GNOME" : nil }) == nil)
        let folder = TemporaryFolder()
        _ = folder.write(Array("[Proxy Settings]\nProxyType=1\n\(manual)".utf8), to: "kioslaverc")
        let environment = ["XDG_CURRENT_DESKTOP": "X:KDE", "XDG_CONFIG_HOME": folder.path]
        #expect(KDEProxy.read(environment: { environment[$0] }) == expected)
    }

    @Test func whatIsExcepted() {
        let bypass = ProxyBypass(
            list: "example.org, .intern *.office;10.0.0.0/8,192.0.2.7,[fd00::]/8,port.test:8443,::1,<local>")
        for host in [
            "example.org", "a.example.org", "EXAMPLE.ORG".lowercased(), "x.intern", "intern", "a.b.office",
            "10.200.3.4",
            "192.0.2.7", "fd12::1", "::1", "mado",
        ] { #expect(bypass.covers(host: host, port: 443), "\(host)") }
        for host in ["badexample.org", "example.org.evil", "11.0.0.1", "192.0.2.8", "fe80::1", "port.test"] {
            #expect(!bypass.covers(host: host, port: 443), "\(host)")
        }
        #expect(bypass.covers(host: "port.test", port: 8443))
        #expect(ProxyBypass(list: "*").covers(host: "anything", port: 1))
        #expect(!ProxyBypass(list: "").covers(host: "anything", port: 1))
        #expect(!ProxyBypass(list: "10.0.0.0/99, /8, 10.0.0.0/x").covers(host: "10.0.0.1", port: 1))
    }

    @Test func theAccountsCredentialsGoFirst() async throws {
        let target = ParsedURL("https://example.org")!
        let environment = ["https_proxy": "http://env:old@p:1"]
        let own = NetworkSettings(proxyUser: "hanako", proxyPassword: "new")
        let routes = try await resolver(own, environment).routes(to: target)
        #expect(routes.first?.proxy?.user == "hanako" && routes.first?.proxy?.password == "new")
        let kept = try await resolver(NetworkSettings(), environment).routes(to: target)
        #expect(kept.first?.proxy?.user == "env" && kept.first?.proxy?.password == "old")
        #expect(!"\(own)".contains("new"))
    }

    @Test func answersOfAutomaticConfigurations() throws {
        let routes = try ProxyScript.routes("PROXY a:1; HTTPS b:2;SOCKS5 c:3; SOCKS d:4; DIRECT; NONSENSE e:5")
        #expect(
            routes == [
                .proxy(ProxyAddress("http://a:1")!), .proxy(ProxyAddress("https://b:2")!),
                .proxy(ProxyAddress("socks5h://c:3")!), .proxy(ProxyAddress("socks4a://d:4")!), .direct,
            ])
        for wrong in ["", "PROXY", "PROXY a b", "undefined"] {
            #expect(throws: TransportError.self) { try ProxyScript.routes(wrong) }
        }
    }

    @Test(.enabled(if: hasPactester)) func aScriptIsEvaluated() async throws {
        let script = """
            function FindProxyForURL(url, host) {
              if (isPlainHostName(host)) return "DIRECT";
              return url == "https://example.org:443/" ? "PROXY right:1" : "PROXY wrong:1";
            }
            """
        let resolver = resolver(NetworkSettings(proxy: .automatic(url: "http://pac/")), script: script)
        #expect(try await resolver.routes(to: ParsedURL("https://mado/")!) == [.direct])
        // The path stays here.
        let routes = try await resolver.routes(to: ParsedURL("https://example.org/secret?token=x")!)
        #expect(routes == [.proxy(ProxyAddress("http://right:1")!)])
    }

    @Test(.enabled(if: hasPactester)) func aScriptWithoutEndIsEnded() async {
        var script = ProxyScript(text: Array("function FindProxyForURL(u, h) { while (true) {} }".utf8))
        script.deadline = .milliseconds(100)
        await #expect(
            throws: TransportError.proxyUnknown(reason: "the automatic configuration does not come to an end")
        ) { try await script.routes(url: "https://example.org/", host: "example.org") }
    }

    @Test func aConfigurationThatCannotBeFetchedIsNoReasonToGoDirectly() async {
        for url in ["http://pac/", "/nonexistent.pac", "file:///nonexistent.pac"] {
            let resolver = resolver(NetworkSettings(proxy: .automatic(url: url)))
            do {
                _ = try await resolver.routes(to: ParsedURL("https://example.org")!)
                Issue.record("a way for \(url)")
            } catch {
                guard case .proxyUnknown = error else {
                    Issue.record("\(error)")
                    continue
                }
            }
        }
    }
}

private let hasPactester = access("/usr/bin/pactester", X_OK) == 0
