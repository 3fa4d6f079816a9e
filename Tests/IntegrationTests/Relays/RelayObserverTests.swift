import DestinationController
import NIOCore
import NIOPosix
import RelayRoutes
import Telemetry
import TestSupport
import Testing

/// What relays say is believed while their pods are ready, and only then.
@Suite
struct RelayObserverTests {
    @Test("A tenant is proven by a ready relay that has its route open, and by nothing less")
    func proof() async throws {
        let relay = try await FakeRelay()
        try await RelayScene.run { scene in
            let claim = try scene.claim(20_001)
            try await scene.expect(.noRelay, of: claim)
            relay.open(claim.report())
            try await scene.pods.create("relay-1", port: relay.port)
            // Once a later one is known, so is this one.
            let later = try await FakeRelay()
            try await scene.createReadyPod("relay-2", later)
            try await scene.expect(ready: 1, reporting: 1)
            try await scene.pods.delete("relay-2")
            try await scene.expect(ready: 0, reporting: 0)
            await later.stop()
            #expect(scene.observer.proof(of: claim) == .noRelay, "a pod that isn't ready")

            scene.forgetChanges()
            try await scene.pods.setReady("relay-1", true)
            try await scene.expect(.open, of: claim)
            try await scene.expect(changed: [20_001])
            try await scene.expect(ready: 1, reporting: 1)
            #expect(scene.observer.proof(of: try scene.claim(20_001, owner: "another")) == .contradicted)
            #expect(scene.observer.proof(of: try scene.claim(20_001, destination: "another")) == .contradicted)
            #expect(scene.observer.proof(of: claim) == .open)

            scene.forgetChanges()
            try await scene.pods.setReady("relay-1", false)
            try await scene.expect(.noRelay, of: claim)
            try await scene.expect(changed: [20_001])
            try await scene.pods.setReady("relay-1", true)
            try await scene.expect(.open, of: claim)
            try await scene.pods.delete("relay-1")
            try await scene.expect(.noRelay, of: claim)
            try await scene.expect(ready: 0, reporting: 0)
        }
        await relay.stop()
    }

    @Test("What changes at the relay is heard as it happens, and nothing is asked for twice")
    func changes() async throws {
        let relay = try await FakeRelay()
        try await RelayScene.run { scene in
            try await scene.createReadyPod("relay-1", relay)
            let (one, two) = (try scene.claim(20_001), try scene.claim(20_002))
            try await scene.expect(.unknown, of: one)
            _ = scene.observer.proof(of: two)
            scene.forgetChanges()
            relay.open(one.report(.pending))
            try await scene.expect(.lookingUp, of: one)
            relay.open(one.report(.failed(reason: "R", message: "m; do")))
            try await scene.expect(.failed(reason: "R", message: "m; do"), of: one)
            relay.open(one.report())
            try await scene.expect(.open, of: one)
            try await scene.expect(changed: [20_001])
            relay.open(two.report())
            try await scene.expect(.open, of: two)
            relay.close(20_001)
            try await scene.expect(.unknown, of: one)
            #expect(relay.requests.count { $0.isEmpty } == 1, "everything is asked for once")
        }
        await relay.stop()
    }

    @Test("Relays that hang keep no other waiting, however many they are")
    func hanging() async throws {
        let hanging = try await FakeRelay()
        hanging.setSlow(true)
        let relay = try await FakeRelay()
        try await RelayScene.run { scene in
            for number in 1...6 { try await scene.createReadyPod("relay-\(number)", hanging) }
            try await eventually("all of them to have been asked twice", within: .seconds(60)) {
                hanging.requests.count >= 12 ? () : nil
            }
            let claim = try scene.claim(20_001)
            relay.open(claim.report())
            _ = scene.observer.proof(of: claim)
            let asked = hanging.requests.count
            try await scene.createReadyPod("relay-7", relay)
            try await scene.expect(.open, of: claim)
            #expect(hanging.requests.count - asked <= 2, "it waited for those that hang")
            try await scene.expect(ready: 7, reporting: 1)
        }
        await relay.stop()
        await hanging.stop()
    }

    @Test("A relay that is started anew is heard anew")
    func epoch() async throws {
        let relay = try await FakeRelay()
        try await RelayScene.run { scene in
            let (one, two) = (try scene.claim(20_001), try scene.claim(20_002))
            relay.open(one.report())
            try await scene.createReadyPod("relay-1", relay)
            try await scene.expect(.open, of: one)
            try await scene.expect(.unknown, of: two)
            relay.restart([two.report()])
            try await scene.expect(.open, of: two)
            try await scene.expect(.unknown, of: one)
        }
        await relay.stop()
    }

    @Test("While relays take turns, no proof is lost")
    func rollingUpdate() async throws {
        let (old, new) = (try await FakeRelay(), try await FakeRelay())
        try await RelayScene.run { scene in
            let claims = try (20_001...20_050).map { try scene.claim($0) }
            for claim in claims {
                old.open(claim.report())
                new.open(claim.report())
            }
            try await scene.createReadyPod("relay-1", old)
            for claim in claims { try await scene.expect(.open, of: claim) }
            scene.forgetChanges()
            try await scene.createReadyPod("relay-2", new)
            try await scene.expect(ready: 2, reporting: 2)
            try await scene.pods.delete("relay-1")
            try await scene.expect(ready: 1, reporting: 1)
            #expect(scene.changed == [], "nothing has changed for anybody")
            for claim in claims { #expect(scene.observer.proof(of: claim) == .open) }
        }
        await old.stop()
        await new.stop()
    }

    @Test(
        "A relay that talks nonsense counts for nothing, is mentioned once, and is asked again",
        arguments: [
            OperationsResponse.text("hello\n"), .json("{}"), .json("[]"), .text("not found\n", status: 404),
            .json(#"{"epoch":"other","revision":1,"complete":false,"routes":[],"closed":[]}"#),
        ]
    )
    func nonsense(answer: OperationsResponse) async throws {
        let (relay, honest) = (try await FakeRelay(), try await FakeRelay())
        try await RelayScene.run { scene in
            let (one, two) = (try scene.claim(20_001), try scene.claim(20_002))
            relay.open(one.report())
            honest.open(two.report())
            try await scene.createReadyPod("relay-1", relay)
            try await scene.createReadyPod("relay-2", honest)
            try await scene.expect(.open, of: one)
            relay.say(answer)
            try await scene.expect(.unknown, of: one)
            try await scene.expect(ready: 2, reporting: 1)
            #expect(scene.observer.proof(of: two) == .open, "the other one is none the worse for it")
            let asked = relay.requests.count
            try await eventually("to be asked again") { relay.requests.count > asked + 1 ? () : nil }
            #expect(scene.log.lines.count { $0.contains("pod=relay-1") } == 1)
            relay.say(nil)
            try await scene.expect(.open, of: one)
            #expect(scene.log.lines.count { $0.hasPrefix("info") && $0.contains("pod=relay-1") } == 1)
        }
        await relay.stop()
        await honest.stop()
    }

    @Test("Nothing that answers, what is no HTTP, and one that never answers keep nobody waiting for long")
    func mute() async throws {
        let slow = try await FakeRelay()
        slow.setSlow(true)
        let garbage = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    channel.writeAndFlush(ByteBuffer(string: "220 mail.example.com ESMTP\r\n"), promise: nil)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        try await RelayScene.run { scene in
            let claim = try scene.claim(20_001)
            try await scene.createReadyPod("slow", slow)
            try await scene.pods.create("garbage", port: garbage.localAddress?.port ?? 0)
            try await scene.pods.setReady("garbage", true)
            try await scene.pods.create("closed", port: try LoopbackPorts.free())
            try await scene.pods.setReady("closed", true)
            try await scene.expect(ready: 3, reporting: 0)
            try await scene.expect(.unknown, of: claim)
            #expect(scene.log.contains("pod=garbage"))
            let honest = try await FakeRelay()
            honest.open(claim.report())
            try await scene.createReadyPod("honest", honest)
            try await scene.expect(.open, of: claim)
            // It is heard once it speaks.
            slow.open(claim.report())
            slow.setSlow(false)
            try await scene.expect(ready: 4, reporting: 2)
            await honest.stop()
        }
        try await garbage.close()
        await slow.stop()
    }

    @Test("Thousands of routes are heard of at once")
    func many() async throws {
        let relay = try await FakeRelay()
        let ports = 20_000..<25_000
        try await RelayScene.run { scene in
            let claims = try ports.map { try scene.claim($0) }
            for claim in claims { relay.open(claim.report()) }
            for claim in claims { _ = scene.observer.proof(of: claim) }
            try await scene.createReadyPod("relay-1", relay)
            try await scene.expect(.open, of: try scene.claim(24_999))
            for claim in claims { #expect(scene.observer.proof(of: claim) == .open) }
            try await scene.expect(changed: Set(ports))
            scene.forgetChanges()
            try await scene.pods.delete("relay-1")
            try await scene.expect(.noRelay, of: try scene.claim(20_000))
            try await scene.expect(changed: Set(ports))
        }
        await relay.stop()
    }
}
