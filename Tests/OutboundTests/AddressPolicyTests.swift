import HTTP
import Testing

@testable import Outbound

struct AddressPolicyTests {
    private func permits(_ address: String, host: String = "example.org", allowing: [String] = []) -> Bool {
        let policy = AddressPolicy(allowing: allowing.map { AllowedDestination($0)! })
        return policy.permits(PeerAddress(address)!, host: host)
    }

    @Test(arguments: [
        "8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.0", "100.63.255.255", "100.128.0.0", "192.0.1.0",
        "198.17.0.1",
        "198.20.0.1", "223.255.255.255", "2606:4700::1111", "2a00:1450::1", "2001:200::1", "2003::1",
    ])
    func thePublicInternetIsReached(_ address: String) { #expect(permits(address)) }

    @Test(arguments: [
        // Unspecified, loopback, private, CGNAT, link-local (with the clouds' metadata service).
        "0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
        "100.64.0.1", "100.127.255.255", "169.254.169.254",
        // Protocols, documentation, benchmarks, multicast, reserved, broadcast.
        "192.0.0.170", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1",
        "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
        // The same of IPv6.
        "::", "::1", "fe80::1", "fec0::1", "fc00::1", "fd12:3456::1", "ff02::1", "100::1", "2001:db8::1", "3fff::1",
        "5f00::1",
        // IPv4 in IPv6: mapped, compatible, NAT64 (both prefixes), 6to4, Teredo, translated.
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::808:808",
        "64:ff9b:1::a00:1", "2002:7f00:1::1", "2002:808:808::1", "2001:0:808:808::1", "2001:10::1", "2001:20::1",
        "2001:2::1", "::ffff:0:7f00:1",
    ])
    func nothingElseIs(_ address: String) { #expect(!permits(address)) }

    @Test func aMappedAddressIsTheOneThatItHolds() {
        #expect(permits("::ffff:8.8.8.8"))
        #expect(permits("::ffff:10.1.2.3", allowing: ["10.0.0.0/8"]))
    }

    @Test func whatTheAdministratorAllowsIsReached() {
        #expect(permits("10.1.2.3", allowing: ["10.1.0.0/16"]))
        #expect(!permits("10.2.0.1", allowing: ["10.1.0.0/16"]))
        #expect(permits("192.168.7.7", allowing: ["10.0.0.0/8", "192.168.7.7"]))
        #expect(!permits("192.168.7.8", allowing: ["192.168.7.7"]))
        #expect(permits("fd00::5", allowing: ["fd00::/8"]))
        #expect(permits("10.0.0.1", host: "Feeds.Intranet.lan", allowing: ["feeds.intranet.lan"]))
        #expect(permits("10.0.0.1", host: "feeds.intranet.lan.", allowing: ["feeds.intranet.lan"]))
        #expect(!permits("10.0.0.1", host: "xfeeds.intranet.lan", allowing: ["feeds.intranet.lan"]))
        #expect(permits("10.0.0.1", host: "a.b.intranet.lan", allowing: ["*.intranet.lan"]))
        #expect(!permits("10.0.0.1", host: "intranet.lan", allowing: ["*.intranet.lan"]))
        #expect(!permits("10.0.0.1", host: "evilintranet.lan", allowing: ["*.intranet.lan"]))
    }

    @Test(arguments: ["", "*", "10.0.0.0/33", "10.1.2.3/8", "300.1.1.1", "1.2.3", "a..b", "http://a", "a b", "a/8"])
    func aSlipInTheListIsNoDestination(_ text: String) { #expect(AllowedDestination(text) == nil) }

    @Test(arguments: ["10.0.0.0/8", "192.168.7.7", "fd00::/8", "feeds.intranet.lan", "*.intranet.lan", "localhost"])
    func aDestinationIsWrittenAsItIsRead(_ text: String) { #expect(AllowedDestination(text)?.description == text) }
}
