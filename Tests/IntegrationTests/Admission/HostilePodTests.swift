import Glibc
import Testing

/// Any pod can connect to the admission server, which has 128 MiB of memory in the manifest.
@Suite(.serialized, .enabled(if: MemoryCgroup.isAvailable, "memory control groups can't be made here"))
struct HostilePodTests {
    @Test(
        "a hostile pod neither kills the server nor keeps the API server's reviews from being answered",
        arguments: HostilePod.Attack.allCases
    )
    func one(_ attack: HostilePod.Attack) async throws {
        try await survives { [HostilePod(attack, port: $0)] }
    }

    @Test("nor do hostile pods that attack in all ways at the same time")
    func all() async throws {
        try await survives { port in
            HostilePod.Attack.allCases.enumerated().map { index, attack in
                HostilePod(attack, port: port, address: "127.0.1.\(index + 1)")
            }
        }
    }

    private func survives(_ makePods: (Int) -> [HostilePod]) async throws {
        Self.raiseDescriptorLimit()
        let cgroup = try MemoryCgroup(limit: 128 << 20)
        let server = try await AdmissionProcess(.defaultInstance, authority: TestCA(), cgroup: cgroup)
        try await server.waitUntilReady()
        let pods = makePods(server.port)
        for _ in 0..<2 {
            try await withThrowingTaskGroup { tasks in
                for pod in pods { tasks.addTask { try await pod.openAll() } }
                try await expectAnswer(of: server)
                try await tasks.waitForAll()
            }
            try await expectAnswer(of: server)
        }
        let metrics = try await server.page("/metrics", from: "127.0.0.3")
        for limit in Set(pods.compactMap(\.attack.limit)) {
            let series = "tproxy_admission_limits_reached_total{limit=\"\(limit)\"} "
            let line = metrics.split(separator: "\n").first { $0.hasPrefix(series) }
            #expect(line.flatMap { Int($0.dropFirst(series.count)) } ?? 0 > 0, "\(limit): \(line ?? "no sample")")
        }
        #expect(server.process.exitStatus == nil)
        #expect(cgroup.kills == 0)
        for pod in pods { await pod.close() }
        await server.process.stop(within: .seconds(5))
    }

    /// What the API server sees, which comes from an address of its own.
    private func expectAnswer(of server: AdmissionProcess) async throws {
        let result = try await server.post(Self.review, from: "127.0.0.2")
        #expect(result.output.contains("\"allowed\":true"), "\(result)")
    }

    private static let review = """
        {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u","operation":"CREATE",\
        "resource":{"group":"destination.connectivity.api.sap","version":"v1","resource":"destinations"},\
        "namespace":"shop","name":"mail","object":{"apiVersion":"destination.connectivity.api.sap/v1",\
        "kind":"Destination","metadata":{"name":"mail","namespace":"shop"},"spec":{"destinationRef":{"name":"d"}}}}}
        """

    /// Some attacks take more connections than a process usually has files.
    private static func raiseDescriptorLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
