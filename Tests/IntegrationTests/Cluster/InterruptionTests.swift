import Testing

extension WithCluster {
    /// Mail flows on while the servers come and go.
    @Suite(.serialized) struct InterruptionTests {
        @Test("The pods of every server are deleted, one after another: nothing is lost")
        func deletedPods() async throws {
            try await self.whileMailFlows(in: "deleted-pods") { site, sender in
                for image in ServerImage.allCases {
                    for pod in try await site.readyPods(of: image) {
                        Progress.say("deleting \(pod)")
                        try await site.kubectl.check([
                            "delete", "pod", pod, "-n", ClusterSite.namespace, "--wait=false",
                        ])
                        try await site.waitUntilGone([pod])
                        try await site.waitForRollouts()
                        try await sender.waitForMessages(5)
                    }
                }
            }
        }

        @Test("The relay is updated, pod by pod: nothing is lost")
        func rollingUpdate() async throws {
            try await self.whileMailFlows(in: "rolling-update") { site, sender in
                let before = try await site.readyPods(of: .relay)
                Progress.say("updating the relay")
                try await site.kubectl.check([
                    "rollout", "restart", "deployment/tproxy-relay", "-n", ClusterSite.namespace,
                ])
                try await site.waitForRollouts()
                // Those that are on their way out still take what comes to them.
                try await site.waitUntilGone(before)
                #expect(Set(try await site.readyPods(of: .relay)).isDisjoint(with: before))
                try await sender.waitForMessages(20)
            }
        }

        /// Has an application send mail during `body`; every message was accepted, and is there.
        private func whileMailFlows(
            in namespace: String,
            _ body: (ClusterSite, SenderPod) async throws -> Void
        ) async throws {
            let site = try ClusterSite.current
            try await site.withNamespace(namespace) {
                try await site.apply(sample: "destination.yaml", instance: "dest-service", in: namespace)
                try await site.waitUntilAvailable(in: namespace)
                let sender = try await SenderPod.start(
                    to: "example-dest-smtps.\(namespace)",
                    "sender",
                    in: namespace,
                    of: site
                )
                let logs = try await site.followLogs(of: .relay)
                let outcome: SenderPod.Outcome
                do {
                    try await sender.waitForMessages(10)
                    try await body(site, sender)
                    outcome = try await sender.stop()
                } catch {
                    await sender.abandon()
                    for log in logs { await log.stop() }
                    throw error
                }
                Progress.say("\(outcome.accepted.count) messages were accepted, \(outcome.failed.count) weren't")

                for log in logs { await log.stop() }
                let lines = logs.flatMap { $0.output.split(separator: "\n").map(String.init) }
                // A relay that is told to stop waits for an application in the midst of a message, but not for ever: one
                // that has said nothing for all that time is told to try again, and the log says so.
                let cutOff = lines.filter { $0.contains("a transaction is cut off") }
                for line in cutOff { Progress.say(line) }
                let failed = outcome.failed.filter {
                    !$0.contains("354 ") || !$0.hasSuffix("is being stopped, try again")
                }
                #expect(failed == [])
                #expect(outcome.failed.count <= cutOff.count, "\(outcome.failed)")
                try await Self.expectStored(outcome.accepted, site)
                try await site.waitUntilAvailable(in: namespace)
            }
        }

        /// Each message is there once, and came with the right login.
        private static func expectStored(_ recipients: [String], _ site: ClusterSite) async throws {
            let wanted = Set(recipients)
            let stored = try await eventually("the last of \(wanted.count) messages", within: .seconds(30)) {
                let stored = site.servers.postfix.messages { wanted.contains($0) }
                return stored.count >= wanted.count ? stored : nil
            }
            #expect(stored.count == wanted.count && Set(stored.map(\.recipient)) == wanted)
            #expect(Set(stored.map(\.login)) == [site.outside.account(of: nil).user])
        }
    }
}
