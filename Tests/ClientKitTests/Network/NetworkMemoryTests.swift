import TestSupport
import Testing

@testable import ClientKit

struct NetworkMemoryTests {
    @Test func whatWorkedIsRememberedInAFile() async {
        let folder = TemporaryFolder()
        let path = folder.path + "/networks"
        let memory = FileNetworkMemory(path: path)
        await memory.remember(RememberedMeans(means: .shortPoll(seconds: 12), learnt: 5), in: "eth0 192.0.2.1")
        await memory.remember(RememberedMeans(means: .stream, learnt: 6), in: "http://p:1 wlan0 192.0.2.1")
        await memory.remember(RememberedMeans(means: .poll, learnt: 7), in: "other")
        await memory.remember(nil, in: "other")
        let again = FileNetworkMemory(path: path)
        #expect(await again.means(in: "eth0 192.0.2.1") == RememberedMeans(means: .shortPoll(seconds: 12), learnt: 5))
        #expect(
            await again.means(in: "http://p:1 wlan0 192.0.2.1") == RememberedMeans(means: .stream, learnt: 6))
        #expect(await again.means(in: "other") == nil)
        _ = folder.write(Array("damaged".utf8), to: "networks")
        #expect(await FileNetworkMemory(path: path).means(in: "eth0 192.0.2.1") == nil)
    }

    @Test func theOldestIsForgotten() async {
        let folder = TemporaryFolder()
        let memory = FileNetworkMemory(path: folder.path + "/networks")
        for number in 0..<150 {
            await memory.remember(RememberedMeans(means: .poll, learnt: Int64(number)), in: "network \(number)")
        }
        #expect(await memory.means(in: "network 49") == nil)
        #expect(await memory.means(in: "network 50") != nil)
    }

    @Test func aNetworkIsItsGateway() {
        let table = """
            Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
            wlan0	00000000	0101A8C0	0003	0	0	600	00000000	0	0	0
            eth0	00000000	FE00000A	0003	0	0	100	00000000	0	0	0
            eth0	0000000A	00000000	0001	0	0	100	000000FF	0	0	0
            """
        #expect(NetworkIdentity.defaultRoute(table) == "eth0 10.0.0.254")
        #expect(NetworkIdentity.defaultRoute("Iface\n") == nil)
        let zero = String(repeating: "0", count: 32)
        let gateway = "fe800000000000000000000000000001"
        let six = """
            fd000000000000000000000000000000 08 \(zero) 00 \(zero) 00000100 00000001 00000000 00000001 eth0
            \(zero) 00 \(zero) 00 \(gateway) 00000400 00000001 00000000 00000003 eth0
            \(zero) 00 \(zero) 00 \(zero) ffffffff 00000001 00000000 00200200 lo
            """
        #expect(NetworkIdentity.defaultRoute6(six) == "eth0 \(gateway)")
    }
}
