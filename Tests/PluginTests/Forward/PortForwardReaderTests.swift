import Testing

@testable import kubectl_tproxy

@Suite("What kubectl port-forward says")
struct PortForwardReaderTests {
    @Test("The ports are read once all are open, in any order, with other lines between")
    func ports() {
        var reader = PortForwardReader(ports: [9494, 30_001])
        reader.read("Forwarding from 127.0.0.1:41234 -> 30001")
        #expect(!reader.isComplete)
        for line in ["", "Handling connection for 41234", "Forwarding from [::1]:41235 -> 9494", "anything"] {
            reader.read(line)
        }
        #expect(!reader.isComplete)
        reader.read("Forwarding from 127.0.0.1:41235 -> 9494")
        #expect(reader.isComplete)
        #expect(reader.ports == [9494: 41235, 30_001: 41234])
    }

    @Test(
        "Lines that aren't whole or name other ports open nothing",
        arguments: [
            "Forwarding from 127.0.0.1:41234 -> 9495", "Forwarding from 127.0.0.1:0 -> 9494",
            "Forwarding from 127.0.0.1:70000 -> 9494", "Forwarding from 127.0.0.1:x -> 9494",
            "Forwarding from 127.0.0.1:41234 -> 9494 x", "Forwarding from 127.0.0.1:41234 to 9494",
            "Forwarding from 127.0.0.1:", "forwarding from 127.0.0.1:41234 -> 9494",
            "Forwarding from 192.0.2.1:41234 -> 9494",
        ]
    )
    func others(line: String) {
        var reader = PortForwardReader(ports: [9494])
        reader.read(line)
        #expect(reader.ports.isEmpty)
    }
}
