import Testing

/// What the tests of admission share: the definition in the API server, and an installation of each configuration.
struct AdmissionSites: SuiteFixture {
    let controlPlane: ControlPlane
    let authority: TestCA
    /// The admission server's, with the rights that the manifests give its service account.
    let kubeconfig: String
    let withDefaultInstance: AdmissionSite
    let withoutDefaultInstance: AdmissionSite

    static let running = TaskLocal<AdmissionSites?>(wrappedValue: nil)

    /// Those of the suite that the running test belongs to.
    static var current: AdmissionSites {
        get throws { try #require(Self.running.get(), "the test's suite lacks the trait .admissionSites") }
    }

    fileprivate static func start() async throws -> AdmissionSites {
        let controlPlane = try await ControlPlane.shared
        try await controlPlane.installDefinition()
        let kubeconfig = try await controlPlane.kubeconfig(
            user: "system:serviceaccount:tproxy-system:tproxy-admission"
        )
        let authority = try await TestCA()
        func site(_ configuration: AdmissionProcess.Configuration) async throws -> AdmissionSite {
            try await AdmissionSite(
                configuration,
                controlPlane: controlPlane,
                authority: authority,
                kubeconfig: kubeconfig
            )
        }
        let first = try await site(.defaultInstance)
        do {
            let second = try await site(.noDefaultInstance)
            do {
                try await first.configureWebhook()
                try await second.configureWebhook()
                return AdmissionSites(
                    controlPlane: controlPlane,
                    authority: authority,
                    kubeconfig: kubeconfig,
                    withDefaultInstance: first,
                    withoutDefaultInstance: second
                )
            } catch {
                await second.stop()
                throw error
            }
        } catch {
            await first.stop()
            throw error
        }
    }

    func stop() async {
        await self.withDefaultInstance.stop()
        await self.withoutDefaultInstance.stop()
    }

    /// A server and a namespace of a test's own, for those that change either. The webhook isn't configured yet.
    func withOwnSite<Result>(_ body: (AdmissionSite) async throws -> Result) async throws -> Result {
        let site = try await AdmissionSite(
            .defaultInstance,
            controlPlane: self.controlPlane,
            authority: self.authority,
            kubeconfig: self.kubeconfig
        )
        do {
            let result = try await body(site)
            await site.stop()
            return result
        } catch {
            await site.stop()
            throw error
        }
    }
}

extension Trait where Self == SuiteFixtureTrait<AdmissionSites> {
    /// An API server with the definition and admission servers for the suite's tests: `AdmissionSites.current`.
    static var admissionSites: Self { Self(start: AdmissionSites.start) }
}

/// All tests of admission, as extensions, so that they share what it takes.
@Suite(.admissionSites)
struct WithAdmission {}
