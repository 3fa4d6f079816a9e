import ObjectModel
import Testing

@testable import DestinationController

@Suite("Relay pod")
struct RelayPodTests {
    private func pod(
        metadata: String = "",
        ports: String = #"{"name":"smtp","containerPort":1},{"name":"metrics","containerPort":9595}"#,
        status: String = #""podIP":"10.1.2.3""#,
        ready: String = "True"
    ) throws -> ObjectValue {
        try JSONReader.document(
            #"{"metadata":{"name":"relay-x","uid":"u"\#(metadata)},"spec":{"containers":[{"ports":[\#(ports)]}]},"#
                + #""status":{"conditions":[{"type":"Ready","status":"\#(ready)"}],\#(status)}}"#
        ).value
    }

    @Test("One that is ready, and where its pages are")
    func ready() throws {
        let pod = try #require(try RelayPod(pod()))
        #expect(pod == RelayPod(uid: "u", name: "relay-x", address: "10.1.2.3", port: 9595))
        #expect(pod.changes(after: nil, wait: 5) == "http://10.1.2.3:9595/routes/changes")
        #expect(
            pod.changes(after: RelayCursor(epoch: "e-1", revision: 7), wait: 5)
                == "http://10.1.2.3:9595/routes/changes?epoch=e-1&after=7&wait=5"
        )
        let other = try #require(try RelayPod(self.pod(ports: "", status: #""podIP":"fd00::1""#)))
        #expect(other.changes(after: nil, wait: 5) == "http://[fd00::1]:9494/routes/changes")
        #expect(try RelayPod(self.pod(ports: #"{"name":"metrics","containerPort":0}"#))?.port == 9494)
    }

    @Test("Others don't count")
    func others() throws {
        #expect(try RelayPod(pod(ready: "False"))?.isReady == false)
        #expect(try RelayPod(pod(ready: "Unknown"))?.isReady == false)
        #expect(try RelayPod(pod(metadata: #","deletionTimestamp":"2026-01-01T00:00:00Z""#)) == nil)
        #expect(try RelayPod(pod(status: #""podIP":"""#)) == nil)
        #expect(try RelayPod(pod(status: #""hostIP":"10.0.0.1""#)) == nil)
        #expect(try RelayPod(pod(status: #""podIP":"10.1.2.3","phase":"Failed""#)) == nil)
        #expect(try RelayPod(pod(status: #""podIP":"10.1.2.3/x?""#)) == nil)
        #expect(RelayPod(.null) == nil)
    }
}
