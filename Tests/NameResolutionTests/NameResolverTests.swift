import Synchronization
import TestSupport
import Testing

@testable import NameResolution

@Suite struct NameResolverTests {
    @Test("an address needs no look-up")
    func literals() async {
        let resolver = NameResolver(lookUp: { _ in fatalError("nothing is looked up") })
        for text in ["192.0.2.1", "2001:db8::1"] {
            #expect(await resolver.addresses(of: text) == .success([IPAddress(text)!]))
        }
        #expect(resolver.busyThreads == 0)
    }

    @Test("look-ups that do not return hold their threads, and those of other namespaces go on")
    func stuckLookUps() async throws {
        let gate = BlockingGate()
        let resolver = NameResolver(lookUp: { name in
            if name.hasSuffix(".silent.example") { gate.wait() }
            return .success([SchedulerFixture.address])
        })
        for number in 0..<200 { resolver.resolve("mail\(number).silent.example", for: "hostile") { _ in } }
        for number in 0..<50 {
            let answer = await resolver.addresses(of: "mail.example\(number)", for: "neighbour\(number)")
            #expect(answer == .success([SchedulerFixture.address]))
        }
        #expect(resolver.busyThreads <= 3)
        #expect(resolver.waitingCount == 200)
        gate.open()
        try await eventually("all are answered") { resolver.waitingCount == 0 && resolver.busyThreads == 0 }
    }

    @Test("a question that has waited too long ends, and the results are counted")
    func timeLimit() async throws {
        let gate = BlockingGate()
        let results = Mutex<[NameResolver.Answer]>([])
        var limits = NameLookupLimits()
        limits.timeLimit = .zero
        let resolver = NameResolver(
            limits,
            lookUp: { _ in
                gate.wait()
                return .failure(.noAnswer)
            },
            onResult: { result in results.withLock { $0.append(result) } }
        )
        let answers = Mutex<[NameResolver.Answer]>([])
        resolver.resolve("mail.silent.example", for: "shop") { answer in answers.withLock { $0.append(answer) } }
        resolver.advance()
        #expect(answers.withLock { $0 } == [.failure(.timedOut)])
        #expect(resolver.busyThreads == 1)
        gate.open()
        try await eventually("the look-up returns") { resolver.busyThreads == 0 }
        #expect(answers.withLock { $0 } == [.failure(.timedOut)])
        #expect(results.withLock { $0 } == [.failure(.timedOut), .failure(.noAnswer)])
    }

    @Test("the system's resolver knows localhost")
    func system() async throws {
        let addresses = try await NameResolver().addresses(of: "localhost").get()
        #expect(addresses.contains(IPAddress("127.0.0.1")!))
    }
}

extension NameResolver {
    fileprivate func addresses(of host: String, for namespace: String = "shop") async -> Answer {
        await withCheckedContinuation { continuation in
            resolve(host, for: namespace) { continuation.resume(returning: $0) }
        }
    }
}
