internal import DestinationModel
internal import FileWatch
internal import NameResolution
internal import ObjectModel
internal import YAML

extension ServerConfiguration {
    /// The most octets that a file may hold.
    public static let maximumLength = 1 << 20

    /// Reads a file. Blocks on the disk.
    ///
    /// - Parameters:
    ///   - acceptsNothing: Whether a file without a word is the standard configuration. Otherwise it is taken for one that
    ///     is just being written.
    ///   - reservedPorts: What the relay itself uses, so that no route can have it.
    /// - Throws: `ConfigurationError` with all that is wrong with it.
    public static func read(
        file: String,
        acceptsNothing: Bool = true,
        reservedPorts: Set<Int> = [metricsPort]
    ) throws(ConfigurationError) -> ServerConfiguration {
        let octets: [UInt8]
        do {
            octets = try FileContent.read(file, limit: maximumLength).octets
        } catch {
            throw ConfigurationError(
                problems: [
                    ConfigurationProblem(code: .unreadable, file: file, position: nil, message: error.description)
                ]
            )
        }
        guard acceptsNothing || octets.contains(where: { $0 > UInt8(ascii: " ") }) else {
            let message = "there is nothing in it; for the standard configuration write {}"
            throw ConfigurationError(
                problems: [ConfigurationProblem(code: .syntax, file: file, position: nil, message: message)]
            )
        }
        return try ServerConfiguration(octets, file: file, reservedPorts: reservedPorts)
    }

    /// Reads a text of one YAML document.
    ///
    /// - Parameters:
    ///   - octets: The text in UTF-8. An empty one is the standard configuration.
    ///   - file: A name for messages.
    ///   - reservedPorts: What the relay itself uses, so that no route can have it.
    /// - Throws: `ConfigurationError` with all that is wrong with it.
    public init(
        _ octets: [UInt8],
        file: String,
        reservedPorts: Set<Int> = [metricsPort]
    ) throws(ConfigurationError) {
        self.init()
        let documents: [YAMLNode]
        do {
            documents = try YAML.documents(in: octets, file: file)
        } catch {
            let problem = ConfigurationProblem(
                code: .syntax,
                file: file,
                position: error.position,
                message: error.message
            )
            throw ConfigurationError(problems: [problem])
        }
        guard let document = documents.first else { return }
        var check = KeyCheck(ObjectDocument(document), file: file)
        if documents.count > 1 {
            let message = "a second document begins here; put everything into one"
            check.report(.syntax, at: documents[1].position, message)
        }
        take(&check)
        if let port = reservedPorts.filter(relayPorts.contains).min() {
            let message = "must not hold \(port), which the relay uses for its metrics"
            check.report(.conflict, at: FieldPath(dotted: "relay.portRange"), message)
        }
        guard check.problems.isEmpty else {
            let inOrder = check.problems.sorted { left, right in
                (left.position ?? .start, left.message) < (right.position ?? .start, right.message)
            }
            throw ConfigurationError(problems: inOrder)
        }
    }

    private mutating func take(_ check: inout KeyCheck) {
        tenantMode = check["config.tenantMode"].flatMap(TenantMode.init) ?? tenantMode
        managedNamespacesMode =
            check["config.managedNamespacesMode"].flatMap(ManagedNamespacesMode.init) ?? managedNamespacesMode
        logLevel = check["config.logging.level"].flatMap(LogLevel.init) ?? logLevel
        if case .bool(let isEnabled) = check.value("config.metrics.prometheus.enabled") { servesMetrics = isEnabled }
        if let minutes = check.integer("config.manager.executionIntervalMinutes") {
            resyncInterval = .seconds(60 * minutes)
        }
        defaultScope =
            check["config.security.accessControl.destinations.defaultScope"].flatMap(AccessScope.init) ?? defaultScope
        clusterDomain = check["clusterDomain"] ?? clusterDomain
        installNamespace = check["installNamespace"]
        takeDestinationService(&check)
        takeAuthorities(&check)
        relayPorts = check["relay.portRange"].flatMap(PortRange.read) ?? relayPorts
        pool.sessions = check.integer("relay.pool.sessions") ?? pool.sessions
        pool.waiters = check.integer("relay.pool.waiters") ?? pool.waiters
        pool.wait = check.seconds("relay.pool.waitSeconds") ?? pool.wait
        pool.stallTime = check.seconds("relay.pool.stallSeconds") ?? pool.stallTime
        pool.idleTime = check.seconds("relay.pool.idleSeconds") ?? pool.idleTime
        let addresses = FieldPath(dotted: "relay.allowedAddresses")
        allowedAddresses = (0..<(check.counts[addresses] ?? 0)).compactMap { index in
            check.text(addresses.item(index)).flatMap(AddressRange.init)
        }
    }

    private mutating func takeDestinationService(_ check: inout KeyCheck) {
        let service = "config.integration.destinationService"
        connectionTimeout = check.seconds("\(service).connectionTimeoutSeconds") ?? connectionTimeout
        readTimeout = check.seconds("\(service).readTimeoutSeconds") ?? readTimeout
        takeInstances(&check)

        let alias = "config.destinationService.defaultInstanceName"
        let name = "\(service).defaultInstanceName"
        defaultInstance = check[name] ?? check[alias]
        guard let defaultInstance else { return }
        let path = FieldPath(dotted: check[name] == nil ? alias : name)
        if let other = check[alias], other != defaultInstance {
            check.report(.conflict, at: FieldPath(dotted: alias), "must be the same as \(name), or left out")
        }
        let names = instances.map(\.name)
        // Where an instance has no readable name, it may have been the one.
        guard !names.contains(defaultInstance), names.count == check.counts[Self.instancesPath] ?? 0 else { return }
        let meant = Spelling.nearest(to: defaultInstance, in: names).map { "did you mean \($0)?" }
        let known = names.isEmpty ? "add it to \(service).instances" : "known are \(names.joined(separator: ", "))"
        check.report(.conflict, at: path, "no instance has this name; \(meant ?? known)")
    }

    private static let instancesPath = FieldPath(dotted: "config.integration.destinationService.instances")

    private mutating func takeInstances(_ check: inout KeyCheck) {
        var seen: Set<String> = []
        for index in 0..<(check.counts[Self.instancesPath] ?? 0) {
            let path = Self.instancesPath.item(index)
            guard let name = check.text(path.member("name")) else {
                if !check.hasProblem(below: path) {
                    check.report(.missing, at: path, "an instance needs a name, which Destinations call it by")
                }
                continue
            }
            if !seen.insert(name).inserted {
                check.report(.conflict, at: path.member("name"), "another instance has this name; choose another one")
            }
            if let source = source(&check, at: path) {
                instances.append(DestinationInstance(name: name, source: source))
            }
        }
    }

    private func source(_ check: inout KeyCheck, at path: FieldPath) -> DestinationInstance.Source? {
        let credentials = path.member("serviceCredentials")
        let binding = check.secret(at: credentials, key: "secretKey")
        let directory = check.text(path.member("directory"))
        let privateKey = credentials.member("privateKey")
        switch (binding, directory) {
        case (let binding?, nil):
            let key = check.secret(at: privateKey, key: "secretInternalKey")
            return .service(binding: binding, privateKey: key)
        case (nil, let directory?):
            if check.hasValue(below: credentials) {
                check.report(.missing, at: credentials, "needs secretName, or has to go: the instance has a directory")
            }
            return .directory(directory)
        case (.some, .some):
            check.report(.conflict, at: path, "has serviceCredentials and a directory; leave one out")
        case (nil, nil):
            if !check.hasProblem(below: path) {
                check.report(.missing, at: path, "needs serviceCredentials.secretName, or a directory")
            }
        }
        return nil
    }

    private mutating func takeAuthorities(_ check: inout KeyCheck) {
        let path = FieldPath("additionalCAs")
        additionalCAs = check.secret(at: path, key: "secretKey")
        if additionalCAs?.key == nil { additionalCAs?.key = "ca.crt" }
        if additionalCAs == nil, check.hasValue(below: path) {
            check.report(.missing, at: path, "needs secretName")
        }
    }
}
