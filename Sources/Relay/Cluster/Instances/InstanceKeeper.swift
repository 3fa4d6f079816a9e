import Configuration
import DestinationModel
import DestinationSources
import HTTPTransport
import Kubernetes
import Logging
import NameResolution
import TLS

/// Keeps a source of destinations for each configured instance, as the configuration and the Secrets that it names say.
///
/// What works is never taken away by what doesn't: a Secret that is gone or has become unusable is reported, and the
/// binding that was known before serves on. An instance goes when the configuration says so.
actor InstanceKeeper {
    /// What the keeper works with.
    struct Environment: Sendable {
        /// Where Secrets are that name no namespace.
        let namespace: String
        let client: KubernetesClient
        let sources: DestinationInstances
        let tokens: OAuth2TokenProvider
        let tlsContexts: TLSContextCache
        /// Where the token services of destinations may be. What the configuration names may be anywhere.
        let addressPolicy: @Sendable () -> AddressPolicy
        let resolver: NameResolver
        let metrics: InstanceMetrics
        let logger: Logger
        /// Called when other authorities are trusted: what was found holds those of before.
        let trustChanged: @Sendable () async -> Void
    }

    /// All that a source of the Destination service is made with.
    private struct Settings: Equatable {
        var binding: ServiceBinding
        /// The certificates that are trusted besides those of the system.
        var bundle: [UInt8]
        var connectTimeout: Duration
        var readTimeout: Duration
    }

    private struct Member {
        var definition: DestinationInstance
        var service: DestinationServiceSource?
        /// Has the source made with what it should be made with.
        var pursuit = Pursuit<Settings>()
        var directory: DirectoryDestinationSource?
        /// Keeps the source up to date.
        var running: Task<Void, Never>?
        /// What is wrong, as far as it was said.
        var problem: String?
    }

    private struct Watched {
        var state = SecretState.unread
        let task: Task<Void, Never>
    }

    private let environment: Environment
    private var configuration = ServerConfiguration()
    private var members: [String: Member] = [:]
    private var secrets: [ObjectKey: Watched] = [:]
    private var client: HTTPClient?
    /// The certificates that are trusted besides those of the system; nil until that is known.
    private var trusted: [UInt8]?
    private var trustProblem: String?
    private var kept: Set<DestinationReference> = []
    /// What is handed over to others, in the order of what happens here.
    private let handovers = SerialTasks()

    init(_ environment: Environment) {
        self.environment = environment
    }

    // MARK: What happens

    /// Another configuration holds.
    func apply(_ configuration: ServerConfiguration) {
        self.configuration = configuration
        watchSecrets()
        settleTrust()
        let names = Set(configuration.instances.map(\.name))
        for name in members.keys where !names.contains(name) { remove(name) }
        for definition in configuration.instances {
            if let member = members[definition.name], member.definition != definition {
                // Another definition is another source; what the old one knows is not what the new one would say.
                member.running?.cancel()
                members[definition.name] = nil
            }
            if members[definition.name] == nil { members[definition.name] = Member(definition: definition) }
        }
        settleAll()
    }

    /// Only the destinations of these references are needed from now on.
    func keep(only references: Set<DestinationReference>) async {
        kept = references
        for (name, member) in members { tellKept(name, member.service) }
        await handovers.add {}.value
    }

    private func tellKept(_ name: String, _ service: DestinationServiceSource?) {
        guard let service else { return }
        let references = kept.filter { $0.instance == name }
        handovers.add { await service.keep(only: references) }
    }

    /// Has the metrics tell what the sources know now.
    func measure() async {
        for (name, member) in members {
            environment.metrics.set(name, await member.service?.statistics)
        }
    }

    /// Stops watching.
    func stop() {
        for secret in secrets.values { secret.task.cancel() }
        for member in members.values { member.running?.cancel() }
    }

    private func heard(_ key: ObjectKey, _ state: SecretState) {
        guard secrets[key] != nil else { return }
        secrets[key]?.state = state
        settleTrust()
        settleAll()
    }

    // MARK: Secrets

    private func key(_ reference: SecretReference) -> ObjectKey {
        ObjectKey(namespace: reference.namespace ?? environment.namespace, name: reference.name)
    }

    private func watchSecrets() {
        var references = [configuration.additionalCAs].compactMap(\.self)
        for instance in configuration.instances {
            guard case .service(let binding, let privateKey) = instance.source else { continue }
            references += [binding] + [privateKey].compactMap(\.self)
        }
        let keys = Set(references.map(key))
        for (key, secret) in secrets where !keys.contains(key) {
            secret.task.cancel()
            secrets[key] = nil
        }
        for key in keys where secrets[key] == nil {
            let watch = SecretWatch(client: environment.client, key: key)
            secrets[key] = Watched(task: Task { await watch.run { [weak self] in await self?.heard(key, $0) } })
        }
    }

    /// The content of a Secret, or why there is none to use; neither where nobody knows yet.
    private func content(_ reference: SecretReference, _ setting: String) -> Result<SecretContent, Problem>? {
        let key = key(reference)
        switch secrets[key]?.state {
        case .present(let content): return .success(content)
        case .missing: return .failure(Problem("there is no Secret \(key): create it, or correct \(setting)"))
        case .unreadable(let reason):
            return .failure(
                Problem(
                    "Secret \(key) can't be read (\(reason)): let the relay's ServiceAccount get, list and watch it"
                )
            )
        case .unread, nil: return nil
        }
    }

    private struct Problem: Error {
        let text: String
        init(_ text: String) { self.text = text }
    }

    // MARK: Trust

    private func settleTrust() {
        guard let reference = configuration.additionalCAs else { return use([]) }
        switch content(reference, "additionalCAs.secretName") {
        case nil:
            break
        case .success(let content):
            let name = reference.key ?? "ca.crt"
            if let bundle = content.values[name] {
                use(bundle)
            } else {
                distrust("Secret \(key(reference)) has no key \(name): add it, or correct additionalCAs.secretKey")
            }
        case .failure(let problem):
            distrust(problem.text)
        }
    }

    /// The authorities can't be had: what was trusted before goes on to be.
    private func distrust(_ problem: String) {
        if trustProblem != problem {
            trustProblem = problem
            environment.logger.error("additional CAs can't be used", metadata: ["problem": "\(problem)"])
        }
        // Nobody waits any longer for what isn't there.
        if trusted == nil { trusted = [] }
    }

    private func use(_ bundle: [UInt8]) {
        guard bundle != trusted || trustProblem != nil else { return }
        do {
            client = try HTTPClient(
                Self.transport(bundle).restricted(
                    by: environment.addressPolicy,
                    lookingUpWith: environment.resolver
                )
            )
            try environment.tlsContexts.trust(bundle.isEmpty ? .system : .systemAndBundle(bundle))
        } catch {
            return distrust("\(error); put certificates in PEM there")
        }
        trusted = bundle
        trustProblem = nil
        environment.logger.info("trusted authorities are known", metadata: ["additional": "\(!bundle.isEmpty)"])
        handovers.add { [environment, client] in
            if let client { await environment.tokens.use(client) }
            await environment.trustChanged()
        }
    }

    private static func transport(_ bundle: [UInt8]) -> HTTPClientConfiguration {
        RelayParts.transport(bundle.isEmpty ? .system : .systemAnd(.bytes(bundle)))
    }

    // MARK: Instances

    private func remove(_ name: String) {
        members.removeValue(forKey: name)?.running?.cancel()
        environment.sources.remove(name)
        environment.metrics.remove(name)
        environment.logger.notice("instance is removed", metadata: ["instance": "\(name)"])
    }

    private func settleAll() {
        for definition in configuration.instances { settle(definition) }
    }

    private func settle(_ definition: DestinationInstance) {
        switch definition.source {
        case .directory(let folder): settle(definition.name, folder: folder)
        case .service(let binding, let privateKey): settle(definition.name, binding, privateKey)
        }
    }

    private func settle(_ name: String, folder: String) {
        guard members[name]?.directory == nil else { return }
        let source = DirectoryDestinationSource(instance: name, folder: folder, logger: environment.logger)
        members[name]?.directory = source
        members[name]?.running = Task { await source.run() }
        environment.sources.set(name, to: source)
        environment.metrics.set(name, isUsable: true)
    }

    private func settle(_ name: String, _ binding: SecretReference, _ privateKey: SecretReference?) {
        guard let trusted else { return report(name, "the Secret with additional CAs hasn't been read yet", nil) }
        let data: SecretContent
        switch content(binding, "serviceCredentials.secretName of instance \(name)") {
        case nil: return report(name, "Secret \(key(binding)) hasn't been read yet", nil)
        case .failure(let problem): return report(name, problem.text, .error)
        case .success(let content): data = content
        }
        var secret: Secret?
        if let privateKey {
            switch content(privateKey, "privateKey.secretName of instance \(name)") {
            case nil: return report(name, "Secret \(key(privateKey)) hasn't been read yet", nil)
            case .failure(let problem): return report(name, problem.text, .error)
            case .success(let content):
                let internalKey = privateKey.key ?? "tls.key"
                guard let value = content.values[internalKey] else {
                    let place = "Secret \(key(privateKey)) has no key \(internalKey)"
                    return report(name, "\(place): add it, or correct privateKey.secretInternalKey", .error)
                }
                secret = Secret(String(decoding: value, as: UTF8.self))
            }
        }
        do {
            let read = try ServiceBinding(
                secret: "\(key(binding))",
                data: data.values,
                key: binding.key,
                privateKey: secret
            )
            pursue(
                name,
                Settings(
                    binding: read,
                    bundle: trusted,
                    connectTimeout: configuration.connectionTimeout,
                    readTimeout: configuration.readTimeout
                )
            )
        } catch {
            report(name, "\(error)", .error)
        }
    }

    /// Has the source made, or changed, so.
    private func pursue(_ name: String, _ wanted: Settings) {
        let attempt = members[name]?.pursuit.want(wanted)
        if let attempt { self.attempt(name, attempt) } else { noteSuccess(name) }
    }

    private func attempt(_ name: String, _ settings: Settings) {
        guard let service = members[name]?.service else { return make(name, settings) }
        Task {
            do throws(HTTPError) {
                try await service.update(settings.binding)
                try await service.use(Self.transport(settings.bundle), Self.settings(settings))
                ended(name, service, nil)
            } catch {
                ended(name, service, error)
            }
        }
    }

    private func ended(_ name: String, _ service: DestinationServiceSource, _ error: HTTPError?) {
        // The instance may be another one meanwhile.
        guard members[name]?.service === service else { return }
        if let next = members[name]?.pursuit.ended(succeeded: error == nil) {
            attempt(name, next)
        } else if let error {
            report(name, "\(error)", .error)
        } else {
            noteSuccess(name)
        }
    }

    private func make(_ name: String, _ settings: Settings) {
        do {
            let service = try DestinationServiceSource(
                instance: name,
                binding: settings.binding,
                settings: Self.settings(settings),
                environment: serviceEnvironment(name, settings)
            )
            members[name]?.service = service
            members[name]?.running = Task { await service.run() }
            tellKept(name, service)
            environment.sources.set(name, to: service)
            _ = members[name]?.pursuit.ended(succeeded: true)
            noteSuccess(name)
        } catch {
            _ = members[name]?.pursuit.ended(succeeded: false)
            report(name, "\(error)", .error)
        }
    }

    /// Says that an instance can be used, once it is as it should be.
    private func noteSuccess(_ name: String) {
        guard members[name]?.pursuit.isDone == true else { return }
        environment.metrics.set(name, isUsable: true)
        if members[name]?.problem != nil {
            members[name]?.problem = nil
            environment.logger.notice("instance can be used", metadata: ["instance": "\(name)"])
        }
    }

    /// Says why an instance can't be used as it stands.
    private func report(_ name: String, _ problem: String, _ level: Logger.Level?) {
        guard members[name] != nil else { return }
        environment.metrics.set(name, isUsable: false)
        guard members[name]?.problem != problem else { return }
        members[name]?.problem = problem
        if let level {
            let serves = members[name]?.service != nil
            environment.logger.log(
                level: level,
                serves ? "instance can't be used, what was known before serves on" : "instance can't be used",
                metadata: ["instance": "\(name)", "problem": "\(problem)"]
            )
        }
        if members[name]?.service == nil { environment.sources.set(name, unusable: problem) }
    }

    private static func settings(_ wanted: Settings) -> DestinationServiceSettings {
        var settings = DestinationServiceSettings()
        settings.connectTimeout = wanted.connectTimeout
        settings.readTimeout = wanted.readTimeout
        return settings
    }

    private func serviceEnvironment(_ name: String, _ wanted: Settings) -> DestinationServiceEnvironment {
        let metrics = environment.metrics
        var service = DestinationServiceEnvironment(
            transport: Self.transport(wanted.bundle),
            tokens: environment.tokens,
            logger: environment.logger
        )
        service.onLookUp = { metrics.lookedUp(name, $0) }
        service.onFetch = { metrics.fetched(name, $0) }
        return service
    }
}
