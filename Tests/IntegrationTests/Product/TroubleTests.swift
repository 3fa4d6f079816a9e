import Kubernetes
import ObjectModel
import RelayRoutes
import Testing

extension WithMailServers.ProductTests {
    /// The manager's way to the API server, and that server's to etcd, are disturbed while mail flows.
    @Suite struct TroubleTests {
        @Test("Watches break off in the midst of an event, again and again")
        func cutMidEvent() async throws {
            // In plain HTTP, so that a cut divides an event and not a record of TLS.
            let tap = try await WriteTap(ControlPlane.shared) { _, _ in .pass }
            let line = try await SeveredLine(to: tap.kubeconfig)
            try await Self.perform(line) { run, mail in
                for round in 0..<10 {
                    line.cut(after: 50 + 120 * round)
                    try await mail.serve(round % 2 == 0 ? ["acme", "globex"] : ["acme"], run)
                    try await eventually("the line to be cut", within: .seconds(30)) { line.isCut ? () : nil }
                    line.mend()
                    try await mail.waitUntilServed(run)
                }
            }
            await tap.stop()
        }

        @Test(
            "The API server has forgotten what the watches saw last, is killed and comes back; etcd is away, and slow"
        )
        func serversInTrouble() async throws {
            let controlPlane = try await ControlPlane.shared
            let line = try await SeveredLine(to: controlPlane.kubeconfig)
            try await Self.perform(line) { run, mail in
                line.cut()
                try await mail.serve(["acme", "globex"], run)
                try await controlPlane.compactEtcd()
                // A new server remembers nothing that etcd has forgotten: 410.
                let server = try controlPlane.apiServer()
                try await server.kill()
                try await server.start()
                line.mend()
                try await mail.waitUntilServed(run)

                // For longer than a leader goes on without renewing its Lease.
                try await controlPlane.withStoppedEtcd { try await Task.sleep(for: .seconds(8)) }
                try await mail.serve(["acme"], run)
                try await mail.waitUntilServed(run)

                let brake = Task {
                    while !Task.isCancelled {
                        try await controlPlane.withStoppedEtcd { try await Task.sleep(for: .milliseconds(400)) }
                        try await Task.sleep(for: .milliseconds(100))
                    }
                }
                defer { brake.cancel() }
                try await mail.serve(["acme", "globex"], run)
                try await mail.waitUntilServed(run)
            }
        }

        @Test("Somebody else keeps writing to what the manager writes: it gets there all the same")
        func conflicts() async throws {
            let servers = try MailServers.current
            try await ProductRun.perform { run in
                try run.site.write(.basic(servers.accounts.acme, port: servers.postfix.port))
                try await run.apply(Destination(name: "mail", destination: MailDestination.name))
                var other = Destination(name: "other", destination: MailDestination.name)
                try await run.apply(other)
                try await run.site.waitUntilAvailable("mail", in: run.namespace)
                let ports = [try await run.port("mail"), try await run.port("other")]
                let before = try await Self.conflictCount(run)

                let client = run.site.client
                let objects = [
                    (ResourceType.services, "other", run.namespace), (.destinations, "other", run.namespace),
                    (.services, RelayService.name(port: ports[1]), run.site.namespace),
                ]
                let meddler = Task {
                    var number = 0
                    while !Task.isCancelled {
                        number += 1
                        let annotation = ObjectValue.object(["example.test/number": .string("\(number)")])
                        let patch = ObjectValue.object(["metadata": .object(["annotations": annotation])])
                        for (type, name, namespace) in objects {
                            _ = try? await client.mergePatch(type, name, in: namespace, patch)
                        }
                    }
                }
                defer { meddler.cancel() }
                try await MailFlow.run(to: ports[0], as: servers.accounts.acme) { _ in
                    for port in 2000..<2010 {
                        other.spec = ["service: {port: \(port)}"]
                        try await run.apply(other)
                        try await eventually("port \(port)", within: .seconds(60)) { () -> Void? in
                            try await run.servicePort(ofRelay: ports[1]) == port ? () : nil
                        }
                    }
                }
                #expect([try await run.port("mail"), try await run.port("other")] == ports)
                #expect(try await Self.conflictCount(run) > before, "nobody was in the manager's way")
            }
        }

        /// How many patches of Services the API server has refused since it started, as others came first.
        private static func conflictCount(_ run: ProductRun) async throws -> Int {
            try await run.site.kubectl.check(["get", "--raw", "/metrics"]).split(separator: "\n")
                .filter { line in
                    line.hasPrefix("apiserver_request_total{")
                        && [#"code="409""#, #"resource="services""#, #"verb="PATCH""#].allSatisfy(line.contains)
                }
                .reduce(0) { $0 + Int(Double($1.split(separator: " ").last ?? "") ?? 0) }
        }

        /// Lets `body` disturb a manager behind a line. Mail flows for one tenant all the while, whose port has to stay.
        private static func perform(
            _ line: SeveredLine,
            _ body: (ProductRun, inout ChangingDestination) async throws -> Void
        ) async throws {
            let servers = try MailServers.current
            let accounts = servers.accounts
            try await ProductRun.perform(managerKubeconfig: line.kubeconfig) { run in
                for (tenant, account) in ["acme": accounts.acme, "globex": accounts.globex] {
                    try run.site.write(.basic(account, port: servers.postfix.port), tenant: tenant)
                }
                var mail = ChangingDestination()
                try await mail.serve(["acme"], run)
                try await mail.waitUntilServed(run)
                let port = try await run.port("mail-acme")
                try await MailFlow.run(to: port, as: accounts.acme) { _ in try await body(run, &mail) }
                #expect(try await run.port("mail-acme") == port)
                if mail.tenants.contains("globex") {
                    #expect(try await run.login(of: run.port("mail-globex")) == accounts.globex.user)
                }
            }
            await line.stop()
        }

        /// A Destination whose tenants change.
        private struct ChangingDestination {
            private(set) var tenants: [String] = []

            mutating func serve(_ tenants: [String], _ run: ProductRun) async throws {
                self.tenants = tenants
                let destination = Destination(
                    name: "mail",
                    destination: MailDestination.name,
                    tenants: "[\(tenants.map { "\"\($0)\"" }.joined(separator: ", "))]"
                )
                // A server that is only just there again doesn't know all kinds yet.
                try await eventually("the Destination to be taken", within: .seconds(60)) {
                    try? await run.apply(destination)
                }
            }

            /// Waits until exactly these tenants have their Services, and mail can be sent.
            func waitUntilServed(_ run: ProductRun) async throws {
                try await eventually("\(self.tenants) to be served", within: .seconds(90)) { () -> Void? in
                    // A call may fail while the servers are in trouble.
                    guard let object = try? await run.site.client.get(.destinations, "mail", in: run.namespace),
                        let services = try? await run.site.client.list(.services, in: run.namespace)
                    else { return nil }
                    let count = self.tenants.count
                    return object["status"]?["observedGeneration"] == .integer(object.metadata.generation)
                        && object["status"]?["tenantsReady"] == .string("\(count)/\(count)")
                        && Set(services.map(\.metadata.name)) == Set(self.tenants.map { "mail-\($0)" }) ? () : nil
                }
            }
        }
    }
}
