import DestinationModel
import Testing

extension WithAdmission {
    /// The admission servers are gone, and work goes on.
    @Suite struct WebhookDownTests {
        @Test("What changes nothing that admission reads goes on, what does is refused")
        func updates() async throws {
            let sites = try AdmissionSites.current
            if !sites.controlPlane.features.hasMatchConditions {
                try Test.cancel("this API server knows no matchConditions: it asks about every update")
            }
            try await sites.withOwnSite { site in
                let namespace = try await site.makeNamespace()
                var destination = Destination(name: "mail", tenants: #"["a", "b"]"#)
                destination.annotations = ["example.org/other: x"]
                try await site.configureWebhook()
                try await site.kubectl.create(destination, in: namespace)
                await site.server.process.stop()
                let object = ["destination/mail", "-n", namespace]

                // Nobody is asked about these.
                try await site.kubectl.check(["label"] + object + ["team=shop"])
                try await site.kubectl.check(["annotate"] + object + ["example.org/other=y", "--overwrite"])
                try await site.kubectl.check(["annotate"] + object + ["example.org/other-"])
                try await site.kubectl.check(["annotate"] + object + ["example.org/new=z"])
                try await site.kubectl.patch(object, #"{"metadata": {"finalizers": ["tproxy.test/hold"]}}"#)

                // About these somebody has to be.
                for refused in [
                    #"{"spec": {"service": {"port": 2465}}}"#,
                    #"{"metadata": {"annotations": {"\#(DestinationResource.tenantsAnnotation)": "[\"a\"]"}}}"#,
                    #"{"metadata": {"annotations": {"\#(DestinationResource.tenantsAnnotation)": null}}}"#,
                    #"{"metadata": {"annotations": {"transparent-proxy.connectivity.api.sap/new": "x"}}}"#,
                ] {
                    let result = try await site.kubectl.run(["patch"] + object + ["--type=merge", "-p", refused])
                    #expect(!result.succeeded, "\(refused)")
                    #expect(result.errorOutput.contains("failed calling webhook"), "\(result.errorOutput)")
                }
                // An object that is being deleted may change in any way, and goes.
                try await site.kubectl.check(["delete"] + object + ["--wait=false"])
                try await site.kubectl.patch(
                    object,
                    #"{"metadata": {"finalizers": null}, "spec": {"service": {"port": 2465}}}"#
                )
                #expect(try await site.kubectl.names(in: namespace).isEmpty)
            }
        }

        @Test("Status and deleting need no admission, creating does")
        func others() async throws {
            let sites = try AdmissionSites.current
            try await sites.withOwnSite { site in
                let namespace = try await site.makeNamespace()
                try await site.configureWebhook()
                try await site.kubectl.create(Destination(name: "mail"), in: namespace)
                await site.server.process.stop()

                try await site.kubectl.setStatus(of: "mail", in: namespace, .availableStatus)
                try await site.kubectl.check(["delete", "destination", "mail", "-n", namespace])
                let creating = try await site.kubectl.run(
                    ["create", "--validate=false", "-n", namespace, "-f", "-"],
                    input: Destination(name: "other").text
                )
                #expect(!creating.succeeded)
                #expect(creating.errorOutput.contains("failed calling webhook"), "\(creating.errorOutput)")
            }
        }
    }
}
