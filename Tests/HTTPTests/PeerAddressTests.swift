import Glibc
import Testing

@testable import HTTP

@Suite struct PeerAddressTests {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"), ("::", "::"),
        ("::1", "::1"), ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"), ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::FFFF:c000:201", "192.0.2.1"), ("fe80::1:2", "fe80::1:2"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6"),
    ])
    func parsesAndFormats(text: String, expected: String) throws {
        let address = try #require(PeerAddress(text))
        #expect(address.description == expected)
        #expect(PeerAddress(expected) == address)
        #expect(address.isIPv4 == !expected.contains(":"))
    }

    @Test(arguments: [
        "", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4 ", " 1.2.3.4", "1.2.3.4\0", "1.2.3.4\0x",
        "0x7f.1.1.1", "127.1", "[::1]", "fe80::1%lo", ":::", "1::2::3", "12345::", "::1/64", "1.2.3.4:80", "a.b",
    ])
    func refuses(text: String) {
        #expect(PeerAddress(text) == nil)
    }

    @Test func fromSocketAddresses() throws {
        var storage = sockaddr_storage()
        withUnsafeMutableBytes(of: &storage) { bytes in
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0xc000_0201).bigEndian
            bytes.storeBytes(of: address, as: sockaddr_in.self)
        }
        #expect(PeerAddress(storage) == PeerAddress("192.0.2.1"))
        var v6 = sockaddr_in6()
        v6.sin6_family = sa_family_t(AF_INET6)
        #expect(inet_pton(AF_INET6, "2001:db8::7", &v6.sin6_addr) == 1)
        withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: v6, as: sockaddr_in6.self) }
        #expect(PeerAddress(storage) == PeerAddress("2001:db8::7"))
        #expect(inet_pton(AF_INET6, "::ffff:10.0.0.9", &v6.sin6_addr) == 1)
        withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: v6, as: sockaddr_in6.self) }
        #expect(PeerAddress(storage) == PeerAddress("10.0.0.9"))
        storage.ss_family = sa_family_t(AF_UNIX)
        #expect(PeerAddress(storage) == nil)
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.1.2", true), ("10.0.0.0/8", "11.0.0.0", false), ("0.0.0.0/0", "203.0.113.9", true),
        ("0.0.0.0/0", "::1", false), ("::/0", "2001:db8::1", true), ("::/0", "192.0.2.1", false),
        ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false), ("192.0.2.128/25", "192.0.2.127", false),
        ("192.0.2.128/25", "192.0.2.200", true), ("2001:db8::/32", "2001:db8:ffff::1", true),
        ("2001:db8::/32", "2001:db9::", false), ("2001:db8:0:0:8000::/65", "2001:db8::8000:0:0:1", true),
        ("2001:db8:0:0:8000::/65", "2001:db8::7fff:0:0:1", false), ("::1", "::1", true), ("::1", "::2", false),
        ("::ffff:10.0.0.0/104", "10.9.9.9", true), ("10.0.0.0/8", "::ffff:10.9.9.9", true),
        ("2001:db8::/64", "2001:db8::1", true), ("2001:db8::/64", "2001:db8:0:1::", false),
    ])
    func ranges(range: String, address: String, expected: Bool) throws {
        let range = try #require(AddressRange(range))
        #expect(range.contains(try #require(PeerAddress(address))) == expected)
        #expect(AddressRange(range.description) == range)
    }

    @Test(arguments: [
        "", "/", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.1/8", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8",
        "x/8", "10.0.0.0/ 8", "::1/64", "::ffff:10.0.0.0/8", "::ffff:10.0.0.0/129", "10.0.0.0/0008",
    ])
    func refusedRanges(text: String) {
        #expect(AddressRange(text) == nil)
    }
}
