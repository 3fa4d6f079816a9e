import Configuration
import DestinationModel
import FoundationEssentials
import ObjectModel
import RelayRoutes

/// Observes the cluster: what doesn't depend on something else is asked side by side.
struct FactGatherer: Sendable {
    typealias Observed = ClusterFacts.Observed

    let kubectl: Kubectl
    let door: any PodDoor
    let scope: CheckScope

    /// Before a difference between Services and relays counts, they get so long to come to terms.
    private static let settling = Duration.seconds(3)

    /// Observes everything.
    ///
    /// - Throws: `KubectlError` where nobody can be asked at all.
    func gather() async throws -> ClusterFacts {
        async let definition = object([
            "get", "customresourcedefinitions.apiextensions.k8s.io", "--output=json", "--", ExpectedDefinition.name,
        ])
        async let webhook = object([
            "get", "validatingwebhookconfigurations.admissionregistration.k8s.io", "--output=json", "--",
            scope.webhookConfiguration,
        ])
        async let lease = system("get", "leases.coordination.k8s.io", CheckScope.lease)
        async let destinations = self.destinations()
        async let policies = list(
            ["networkpolicies.networking.k8s.io"] + (scope.allNamespaces ? ["--all-namespaces"] : [])
        )
        async let systemPolicies = systemList("networkpolicies.networking.k8s.io")
        async let apiServerPorts = self.apiServerPorts()
        async let namespaces = self.namespaces()
        async let parts = self.parts()
        async let configured = self.configured()
        async let running = self.running()

        // Where nobody answers, nobody waits for the rest.
        let views = await destinations
        if case .failure(let error) = views {
            let isNamedWrongly = !scope.names.isEmpty && error.code == .notFound
            if isNamedWrongly || error.isAboutReachingTheCluster { throw error }
        }
        let (configuration, secretKeys, probes) = await configured
        let (pods, services, managers, relays, admissions) = await running
        var facts = ClusterFacts(
            scope: scope,
            time: Date(),
            definition: await definition,
            webhook: await webhook,
            probes: probes,
            lease: await lease,
            pods: pods,
            parts: await parts,
            services: services,
            configuration: configuration,
            secretKeys: secretKeys,
            destinations: views,
            systemPolicies: await systemPolicies,
            policies: await policies,
            apiServerPorts: await apiServerPorts,
            namespaces: await namespaces,
            managers: managers,
            relays: relays,
            admissions: admissions,
            trials: Trials()
        )
        facts.trials = await trials(facts)
        return facts
    }

    // MARK: Asking kubectl

    private func object(_ arguments: [String]) async -> Observed<ObjectValue> {
        do {
            return .success(try await kubectl.object(arguments))
        } catch {
            return .failure(error)
        }
    }

    private func list(_ arguments: [String]) async -> Observed<[ObjectValue]> {
        await object(["get"] + arguments + ["--output=json"]).map { $0["items"]?.arrayValue ?? [] }
    }

    private func system(_ verb: String, _ type: String, _ name: String) async -> Observed<ObjectValue> {
        await object([verb, type, "--namespace=\(scope.systemNamespace)", "--output=json", "--", name])
    }

    private func systemList(_ type: String) async -> Observed<[ObjectValue]> {
        await list([type, "--namespace=\(scope.systemNamespace)"])
    }

    private func apiServerPorts() async -> Observed<Set<Int>> {
        let slices = await list([
            "endpointslices.discovery.k8s.io", "--namespace=default",
            "--selector=kubernetes.io/service-name=kubernetes",
        ])
        return slices.map { slices in
            Set(slices.flatMap { $0["ports"]?.arrayValue ?? [] }.compactMap { $0["port"]?.integerValue })
        }
    }

    private func parts() async -> Observed<[ServerPart]> {
        do throws(KubectlError) {
            return .success(try await kubectl.serverParts(in: scope.systemNamespace))
        } catch {
            // That there are none others say.
            return error.code == .notFound ? .success([]) : .failure(error)
        }
    }

    // MARK: Destinations and where they are

    private func destinations() async -> Observed<[DestinationView]> {
        guard !scope.names.isEmpty else {
            let all = scope.allNamespaces ? ["--all-namespaces"] : []
            return await list([Kubectl.destinations] + all).map { $0.map(DestinationView.init) }
        }
        let found = await object(["get", Kubectl.destinations, "--output=json", "--"] + scope.names)
        return found.map { ($0["items"]?.arrayValue ?? [$0]).map(DestinationView.init) }
    }

    private func namespaces() async -> Observed<[String: [String: String]]> {
        await list(["namespaces"]).map { items in
            let pairs = items.compactMap { item -> (String, [String: String])? in
                guard let name = item["metadata"]?["name"]?.stringValue else { return nil }
                return (name, (item["metadata"]?["labels"]?.objectValue ?? [:]).compactMapValues(\.stringValue))
            }
            return Dictionary(pairs) { first, _ in first }
        }
    }

    // MARK: The configuration, and what needs it

    private func configured() async -> (
        Observed<ConfigurationReading>, [SecretPlace: Observed<Set<String>>], WebhookProbes
    ) {
        let configuration = await system("get", "configmaps", CheckScope.configMap).map(ConfigurationReading.init)
        var known: ServerConfiguration?
        if case .success(.read(let read)) = configuration { known = read }
        let instance = known?.defaultInstance == nil ? known?.instances.first?.name : nil
        async let keys = secretKeys(known)
        async let valid = probe(WebhookProbes.valid(instance: instance))
        async let invalid = probe(WebhookProbes.invalid(instance: instance))
        return await (configuration, keys, WebhookProbes(valid: valid, invalid: invalid))
    }

    private func probe(_ object: ObjectValue) async -> WebhookProbes.Answer {
        do throws(KubectlError) {
            _ = try await kubectl.run(
                ["create", "--dry-run=server", "--filename=-", "--output=name"],
                input: object.json()
            )
            return .accepted
        } catch {
            return WebhookProbes.Answer(error)
        }
    }

    private func secretKeys(_ configuration: ServerConfiguration?) async -> [SecretPlace: Observed<Set<String>>] {
        guard let configuration else { return [:] }
        var references = configuration.instances.flatMap { instance -> [SecretReference] in
            guard case .service(let binding, let key) = instance.source else { return [] }
            return [binding] + [key].compactMap(\.self)
        }
        if let authorities = configuration.additionalCAs { references.append(authorities) }
        let places = Set(references.map { SecretPlace($0, installNamespace: scope.systemNamespace) })
        return await withTaskGroup { group in
            for place in places { group.addTask { (place, await keys(of: place)) } }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    /// The names of a Secret's keys. Its values never leave kubectl.
    private func keys(of place: SecretPlace) async -> Observed<Set<String>> {
        let template = #"{{range $key, $value := .data}}{{$key}}{{"\n"}}{{end}}"#
        do throws(KubectlError) {
            let answer = try await kubectl.run([
                "get", "secrets", "--namespace=\(place.namespace)", "--output=go-template=\(template)", "--",
                place.name,
            ])
            return .success(Set(String(decoding: answer.bytes, as: UTF8.self).split(separator: "\n").map(String.init)))
        } catch {
            return .failure(error)
        }
    }

    // MARK: The servers

    private typealias Running = (
        Observed<[ServerPod]>, Observed<[ObjectValue]>, [String: Observed<ManagerPage>],
        [String: Observed<RelayPage>], [String: Observed<MetricValues>]
    )

    private func running() async -> Running {
        async let listed = list([
            "pods", "--namespace=\(scope.systemNamespace)", "--selector=app.kubernetes.io/part-of=tproxy",
        ])
        async let listedServices = systemList("services")
        let pods = await listed.map { $0.compactMap(ServerPod.init) }
        var services = await listedServices
        let known = (try? pods.get()) ?? []
        async let managers = pages(of: known.of(.manager).filter(\.isReady), read: managerPage)
        async let admissions = pages(of: known.of(.admission).filter(\.isReady), read: admissionPage)
        var relays = await pages(of: known.of(.relay).filter(\.isReady), read: relayPage)
        if !isInStep(services, relays) {
            // What has just been made may be on its way to the relays.
            try? await Task.sleep(for: Self.settling)
            services = await systemList("services")
            relays = await pages(of: known.of(.relay).filter(\.isReady), read: relayPage)
        }
        return (pods, services, await managers, relays, await admissions)
    }

    private func isInStep(_ services: Observed<[ObjectValue]>, _ relays: [String: Observed<RelayPage>]) -> Bool {
        guard let services = try? services.get() else { return true }
        let wanted = RoutingTable(services: services)
        return relays.values.allSatisfy { page in
            guard let page = try? page.get() else { return true }
            return RouteComparison(wanted, page).isEqual
        }
    }

    private func pages<Page: Sendable>(
        of pods: [ServerPod],
        read: @escaping @Sendable (ServerPod) async throws(KubectlError) -> Page
    ) async -> [String: Observed<Page>] {
        await withTaskGroup { group in
            for pod in pods {
                group.addTask { () -> (String, Observed<Page>) in
                    do throws(KubectlError) {
                        return (pod.name, .success(try await read(pod)))
                    } catch {
                        return (pod.name, .failure(error))
                    }
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    private func managerPage(_ pod: ServerPod) async throws(KubectlError) -> ManagerPage {
        let pages = await door.pages(["/status", "/metrics"], of: pod, in: scope.systemNamespace)
        return ManagerPage(status: try Kubectl.object(try pages[0].get()), metrics: MetricValues(pages[1]))
    }

    private func relayPage(_ pod: ServerPod) async throws(KubectlError) -> RelayPage {
        let pages = await door.pages(["/routes", "/metrics"], of: pod, in: scope.systemNamespace)
        let routes = try Kubectl.object(try pages[0].get()).arrayValue ?? []
        return RelayPage(routes: routes.compactMap(RouteReport.init), metrics: MetricValues(pages[1]))
    }

    private func admissionPage(_ pod: ServerPod) async throws(KubectlError) -> MetricValues {
        MetricValues(await door.pages(["/metrics"], of: pod, in: scope.systemNamespace)[0])
    }

    // MARK: Trials

    private func trials(_ facts: ClusterFacts) async -> Trials {
        let ready = ((try? facts.destinations.get()) ?? []).flatMap { view in
            view.status.tenants.filter { $0.status.state == .ready }.compactMap { tenant in
                tenant.status.relayPort.map { (view, tenant.status.tenant, $0) }
            }
        }
        let chosen = ready.prefix(scope.mostTrials)
        guard !chosen.isEmpty else { return Trials(untriedCount: ready.count) }
        let pods: [ServerPod]
        switch facts.pods {
        case .success(let all): pods = all.of(.relay).filter(\.isReady)
        // Whether there is a relay isn't known.
        case .failure(let error): return Trials(untriedCount: ready.count, trouble: error)
        }
        guard let pod = pods.first(where: { (try? facts.relays[$0.name]?.get()) != nil }) ?? pods.first else {
            return Trials(untriedCount: ready.count, hasRelay: false)
        }
        do throws(KubectlError) {
            let answers = try await door.trials(chosen.map(\.2), of: pod, in: scope.systemNamespace)
            let tried = zip(chosen, answers).map { route, answer in
                Trials.Trial(namespace: route.0.namespace, resource: route.0.name, tenant: route.1, answer: answer)
            }
            return Trials(tried: tried, untriedCount: ready.count - chosen.count)
        } catch {
            return Trials(untriedCount: ready.count, trouble: error)
        }
    }
}

extension MetricValues {
    /// The page of a server; one that has none says nothing.
    fileprivate init(_ page: ClusterFacts.Observed<[UInt8]>) {
        self.init(String(decoding: (try? page.get()) ?? [], as: UTF8.self))
    }
}

extension ConfigurationReading {
    /// Reads the ConfigMap.
    init(_ configMap: ObjectValue) {
        guard let text = configMap["data"]?["config.yaml"]?.stringValue else {
            self = .absent
            return
        }
        do throws(ConfigurationError) {
            self = .read(try ServerConfiguration(Array(text.utf8), file: "config.yaml"))
        } catch {
            self = .faulty(error.description)
        }
    }
}

extension KubectlError {
    /// Whether it says of every other call, too, that there is nobody to ask.
    var isAboutReachingTheCluster: Bool {
        switch code {
        case .notInstalled, .tooOld, .unreachable, .configuration, .unauthorized: true
        case .forbidden, .notFound, .alreadyExists, .conflict, .invalid, .unknownKind, .timeout, .other: false
        }
    }
}
