import Testing

extension WithAdmission {
    /// Two resources whose Services would have one name.
    @Suite struct CollisionTests {
        /// `mail` with the tenant `a-b` and `mail-a` with the tenant `b` both mean the Service `mail-a-b`.
        private static let pair = [
            Destination(name: "mail", tenants: #"["a-b"]"#), Destination(name: "mail-a", tenants: #"["b"]"#),
        ]

        @Test("The later of two is refused, whichever it is", arguments: [Self.pair, Self.pair.reversed()])
        func bothOrders(_ destinations: [Destination]) async throws {
            let site = try AdmissionSites.current.withDefaultInstance
            let namespace = try await site.makeNamespace()
            let (first, second) = (destinations[0], destinations[1])

            try await site.kubectl.create(first, in: namespace)
            let refusal = try await site.eventuallyRefused(second, in: namespace)

            #expect(refusal.contains("mail-a-b"), "\(refusal)")
            #expect(refusal.contains("\"\(first.name)\""), "names the other one: \(refusal)")
            #expect(refusal.contains("TPX040"), "\(refusal)")
            #expect(try await site.kubectl.names(in: namespace) == [first.name])
        }

        @Test("A resource named like another's tenant Service is refused")
        func bareName() async throws {
            let site = try AdmissionSites.current.withDefaultInstance
            let namespace = try await site.makeNamespace()

            try await site.kubectl.create(Destination(name: "mail", tenants: #"["a"]"#), in: namespace)
            let refusal = try await site.eventuallyRefused(Destination(name: "mail-a"), in: namespace)

            #expect(refusal.contains("metadata.name: "), "\(refusal)")
        }

        @Test("A tenant that is added later collides too, and the resource stays as it was")
        func byUpdate() async throws {
            let site = try AdmissionSites.current.withDefaultInstance
            let namespace = try await site.makeNamespace()
            try await site.kubectl.create(Destination(name: "mail", tenants: #"["a-b"]"#), in: namespace)
            _ = try await site.eventuallyRefused(Self.pair[1], in: namespace)
            try await site.kubectl.create(Destination(name: "mail-a", tenants: #"["c"]"#), in: namespace)

            let result = try await site.kubectl.run(
                ["apply", "--validate=false", "-n", namespace, "-f", "-"],
                input: Destination(name: "mail-a", tenants: #"["c", "b"]"#).text
            )
            #expect(!result.succeeded)
            #expect(result.errors.contains("mail-a-b"), "\(result.errorOutput)")
        }

        @Test("What a deleted resource claimed is free again")
        func freed() async throws {
            let site = try AdmissionSites.current.withDefaultInstance
            let namespace = try await site.makeNamespace()
            let (first, second) = (Self.pair[0], Self.pair[1])
            try await site.kubectl.create(first, in: namespace)
            _ = try await site.eventuallyRefused(second, in: namespace)

            try await site.kubectl.check(["delete", "destination", first.name, "-n", namespace])

            try await eventually("the second to be accepted") {
                try await site.kubectl.run(
                    ["create", "--validate=false", "-n", namespace, "-f", "-"],
                    input: second.text
                ).succeeded ? () : nil
            }
        }

        @Test("The same name in two namespaces is fine")
        func namespaces() async throws {
            let site = try AdmissionSites.current.withDefaultInstance
            let namespace = try await site.makeNamespace()
            let other = try await site.makeNamespace()
            let destination = Self.pair[0]
            try await site.kubectl.create(destination, in: namespace)
            // Only then is it certain that the server knows of the first one.
            _ = try await site.eventuallyRefused(Self.pair[1], in: namespace)

            try await site.kubectl.create(destination, in: other)
        }
    }
}

extension AdmissionSite {
    /// Tries to create a resource until it is refused, which is when the server has seen the one that it collides with.
    /// What kubectl said of it.
    fileprivate func eventuallyRefused(_ destination: Destination, in namespace: String) async throws -> String {
        try await eventually("\(destination.name) to be refused") {
            try await self.kubectl.dryRun(creating: destination, in: namespace).succeeded ? nil : ()
        }
        let result = try await self.kubectl.run(
            ["create", "--validate=false", "-n", namespace, "-f", "-"],
            input: destination.text
        )
        #expect(!result.succeeded)
        return result.errorOutput
    }
}
