internal import FoundationEssentials
internal import NIOHTTP1
internal import Synchronization

extension DestinationServerState {
    private static let findPath = "/destination-configuration/"

    /// What a request is about, and whose it is; nil if it is about nothing that is known here.
    func subject(_ request: IncomingRequest) -> (matter: DestinationServer.Matter, tenant: String?)? {
        if request.path == "/oauth/token" {
            return (.token, subdomain(request).flatMap { $0 == DestinationServer.provider ? nil : $0 })
        }
        if request.path.hasPrefix(Self.findPath) { return (.destination, tenant(ofToken: request.bearer) ?? nil) }
        return nil
    }

    /// What to answer when nothing is to go wrong.
    func answer(_ request: IncomingRequest, hasCertificate: Bool) -> TokenAnswer {
        switch subject(request)?.matter {
        case .token: token(request, hasCertificate)
        case .destination: destination(request)
        case nil: .error(404, "not_found")
        }
    }

    private func token(_ request: IncomingRequest, _ hasCertificate: Bool) -> TokenAnswer {
        guard request.method == .POST else { return .error(405, "invalid_request") }
        guard request.form["grant_type"] == "client_credentials" else { return .error(400, "unsupported_grant_type") }
        let (client, tenants) = storage.withLock { ($0.client, $0.tenants) }
        guard let subdomain = subdomain(request), subdomain == DestinationServer.provider || tenants[subdomain] != nil
        else { return .error(404, "not_found") }
        let isClient = hasCertificate ? request.clientSecret == nil : request.clientSecret == client?.secret
        guard let client, request.clientID == client.id, isClient, tenants[subdomain] != false else {
            return .error(401, "invalid_client")
        }
        let token = issue(tenant: subdomain == DestinationServer.provider ? nil : subdomain)
        return TokenAnswer(
            status: 200,
            body: #"{"access_token":"\#(token.value)","token_type":"bearer","expires_in":\#(token.seconds)}"#
        )
    }

    /// The first label of the host that was asked.
    private func subdomain(_ request: IncomingRequest) -> String? {
        let host = request.headers.first(name: "host")?.split(separator: ":").first.map(String.init) ?? ""
        for suffix in [".cert." + domain, "." + domain] where host.hasSuffix(suffix) {
            let label = host.dropLast(suffix.count)
            return label.contains(".") ? nil : String(label)
        }
        return nil
    }
}

// MARK: Finding

extension DestinationServerState {
    private func destination(_ request: IncomingRequest) -> TokenAnswer {
        guard request.method == .GET else { return .error(405, "invalid_request") }
        guard let tenant = tenant(ofToken: request.bearer) else { return .error(401, "unauthorized") }
        let parts = request.path.dropFirst(Self.findPath.count).split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1] == "destinations", parts[0] == "v1" || parts[0] == "v2" else {
            return .error(404, "not_found")
        }
        let isLevelled = parts[0] == "v2"
        let (name, level) = isLevelled ? Self.split(parts[2]) : (parts[2], nil)
        guard let found = find(Self.decode(name), level, tenant, in: { $0.destinations }) else {
            return Self.notFound("Configuration with the specified name was not found")
        }
        var properties = found.properties
        if let header = request.headers.first(name: "x-fragment-name") {
            let (name, level) = isLevelled ? Self.split(header[...]) : (header[...], nil)
            if let fragment = find(String(name), level, tenant, in: { $0.fragments }) {
                properties.merge(fragment) { $1 }
            } else if request.headers.first(name: "x-fragment-optional") != "true" {
                return Self.notFound("Fragment with the specified name was not found")
            }
        }
        let owner = ["SubaccountId": tenant ?? DestinationServer.provider]
        guard let configuration = Self.json(properties), let owner = Self.json(owner) else {
            return .error(500, "server_error")
        }
        let tokens = found.authTokens.map { #","authTokens":\#($0)"# } ?? ""
        return TokenAnswer(
            status: 200,
            body: #"{"owner":\#(owner),"destinationConfiguration":\#(configuration)\#(tokens)}"#
        )
    }

    /// Without a level, the service instance goes before the subaccount.
    private func find<Found>(
        _ name: String,
        _ level: Substring?,
        _ tenant: String?,
        in table: (borrowing Storage) -> [Place: Found]
    ) -> Found? {
        let places: [Place]
        switch level {
        case nil: places = [true, false].map { Place(tenant: tenant, isInstance: $0, name: name) }
        case "subaccount", "instance": places = [Place(tenant: tenant, isInstance: level == "instance", name: name)]
        case "provider_subaccount", "provider_instance":
            places = [Place(tenant: nil, isInstance: level == "provider_instance", name: name)]
        default: places = []
        }
        let found = storage.withLock { table($0) }
        return places.lazy.compactMap { found[$0] }.first
    }

    /// A name and the level behind it. An `@` of the name itself comes escaped.
    private static func split(_ text: Substring) -> (name: Substring, level: Substring?) {
        guard let mark = text.lastIndex(of: "@") else { return (text, nil) }
        return (text[..<mark], text[text.index(after: mark)...])
    }

    /// `+` is no space in a path.
    private static func decode(_ segment: Substring) -> String {
        FormFields.decode(segment.split(separator: "+", omittingEmptySubsequences: false).joined(separator: "%2B"))
    }

    private static func notFound(_ text: String) -> TokenAnswer {
        TokenAnswer(status: 404, body: #"{"ErrorMessage":"\#(text)"}"#)
    }

    private static func json(_ members: [String: String]) -> String? {
        (try? JSONEncoder().encode(members)).map { String(decoding: $0, as: UTF8.self) }
    }
}
