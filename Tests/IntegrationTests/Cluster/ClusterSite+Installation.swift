extension ClusterSite {
    /// Loads the images, applies the manifests and waits until everything runs.
    func install() async throws {
        try await self.cluster.loadImages(self.directory)
        Progress.say("applying the manifests")
        try await self.kubectl.check(["apply", "-f", ClusterManifests.namespace])
        try await self.kubectl.apply([
            self.outside.additionalAuthorities(in: Self.namespace),
            self.outside.destinationsSecret(in: Self.namespace), self.outside.bindingSecret(in: Self.namespace),
        ])
        let versions = try await self.kubectl.check(["api-versions"]).split(separator: "\n")
        let isOld = !versions.contains("policy/v1") || !versions.contains("autoscaling/v2")
        // An old server's schemas lack fields that it would drop.
        let validation = isOld ? ["--validate=false"] : []
        let overlay = isOld ? ClusterManifests.oldOverlay : ClusterManifests.overlay
        try await self.kubectl.check(["apply"] + validation + ["-k", overlay])
        try await self.waitForRollouts()
    }

    /// Waits until all servers run as their Deployments say. The relay's number is the autoscaler's.
    func waitForRollouts() async throws {
        for image in ServerImage.allCases { try await self.waitForRollout(of: image) }
        try await eventually("two relays", within: .seconds(120)) {
            try await self.readyPods(of: .relay).count >= 2 ? () : nil
        }
    }

    /// Waits until a server's pods run as its Deployment says.
    func waitForRollout(of image: ServerImage) async throws {
        Progress.say("waiting for \(image.rawValue)")
        let arguments = ["rollout", "status", "deployment/\(image.rawValue)", "-n", Self.namespace, "--timeout=180s"]
        let process = try self.kubectl.start(arguments)
        let status = try await process.waitUntilExit(within: .seconds(200))
        guard status == .exited(0) else { throw await Trouble(self, image, process.errorOutput) }
    }

    /// A server doesn't come up, and what its pods say.
    struct Trouble: Error, CustomStringConvertible {
        let description: String

        fileprivate init(_ site: ClusterSite, _ image: ServerImage, _ message: String) async {
            let selector = ["-n", ClusterSite.namespace, "-l", "app.kubernetes.io/name=\(image.rawValue)"]
            let questions = [
                ["get", "pods", "-o", "wide"] + selector, ["describe", "pods"] + selector,
            ]
            var text = "\(image.rawValue): \(message)\n"
            for question in questions { text += (try? await site.kubectl.run(question).output) ?? "" }
            self.description = text + (await site.log(of: image))
        }
    }

    /// The names of a server's pods that are ready and not on their way out.
    func readyPods(of image: ServerImage) async throws -> [String] {
        let line = #"{.metadata.name} {.metadata.deletionTimestamp} {.status.conditions[?(@.type=="Ready")].status}"#
        let output = try await self.kubectl.check([
            "get", "pods", "-n", Self.namespace, "-l", "app.kubernetes.io/name=\(image.rawValue)",
            "-o", "jsonpath={range .items[*]}\(line){\"\\n\"}{end}",
        ])
        return output.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ", omittingEmptySubsequences: false)
            return fields.count == 3 && fields[1].isEmpty && fields[2] == "True" ? String(fields[0]) : nil
        }
    }

    /// Waits until pods are no more.
    func waitUntilGone(_ pods: [String]) async throws {
        let names = pods.map { "pod/" + $0 }
        let process = try self.kubectl.start(["wait", "--for=delete", "-n", Self.namespace, "--timeout=120s"] + names)
        let status = try await process.waitUntilExit(within: .seconds(150))
        guard status == .exited(0) else { throw TimedOut(what: "the end of \(pods)", limit: .seconds(120)) }
    }

    /// Takes away what was installed, as manifests/README.md says.
    func uninstall() async {
        _ = try? await self.kubectl.run(["delete", "destinations", "--all", "--all-namespaces"])
        _ = try? await self.kubectl.run(["delete", "validatingwebhookconfiguration", "tproxy-admission"])
        _ = try? await self.kubectl.run(["delete", "namespace", OutsideWorld.namespace, "--wait=false"])
        _ = try? await self.kubectl.run(["delete", "-k", ClusterManifests.overlay])
    }
}

extension Kubectl {
    /// Refuses a cluster that has what the tests install, and in the end take away with every Destination.
    func requireUnused() async throws {
        let objects = [
            "customresourcedefinition/destinations.destination.connectivity.api.sap",
            "namespace/\(ClusterSite.namespace)", "namespace/\(OutsideWorld.namespace)",
        ]
        let found = try await self.check(["get", "--ignore-not-found", "-o", "name"] + objects)
        guard found.isEmpty else {
            throw Cluster.Failure(
                errorOutput: "the cluster has these already, and the tests would delete them in the end:\n\(found)"
            )
        }
    }
}
