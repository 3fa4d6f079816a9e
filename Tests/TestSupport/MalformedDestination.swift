/// A Destination that must be refused, by whomever it is shown to: the API server, the admission server by itself, the
/// rules offline.
public struct MalformedDestination: Sendable, CustomStringConvertible {
    /// What is wrong with it, in a few words.
    public let title: String
    /// The resource, in YAML.
    public let text: String
    /// The code of the only rule that it breaks.
    public let code: String
    /// The path of the field that is named in the answer, whoever gives it.
    public let field: String
    /// The configuration that is meant.
    public let installation: Installation
    /// Whether it gets past the API server's own checks, its schema and its expressions, so that the webhook answers.
    public let reachesWebhook: Bool

    /// How the proxy is configured.
    public enum Installation: Sendable {
        /// The only instance, `dest-service`, is the default one.
        case defaultInstance
        /// There is the instance `dest-service`, but no default.
        case noDefaultInstance
    }

    public var description: String { title }
}

extension MalformedDestination {
    /// Every kind of fault that one resource can have by itself.
    public static let all = annotations + ports + specs + names

    /// The name of the annotation with the tenants.
    public static let tenants = "transparent-proxy.connectivity.api.sap/tenant-subdomains"

    private static let tenantsField = "metadata.annotations[\(tenants)]"

    private static let annotations = [
        annotated("not JSON", "tenant-a", "TPX030"),
        annotated("empty text", "", "TPX030"),
        annotated("JSON that breaks off", #"["tenant-a""#, "TPX030"),
        annotated("a bare comma list", "tenant1,tenant2", "TPX030"),
        annotated("single quotes within", "[''tenant-a'', ''tenant-b'']", "TPX030"),
        annotated("a JSON object", #"{"tenant-a": true}"#, "TPX031"),
        annotated("a JSON string", #""tenant-a""#, "TPX031"),
        annotated("JSON null", "null", "TPX031"),
        annotated("an empty array", "[]", "TPX032"),
        annotated("a number among the tenants", #"["tenant-a", 5]"#, "TPX033"),
        annotated("null among the tenants", #"["tenant-a", null]"#, "TPX033"),
        annotated("an array among the tenants", #"[["tenant-a"]]"#, "TPX033"),
        annotated("a tenant twice", #"["tenant-a", "tenant-b", "tenant-a"]"#, "TPX034"),
        annotated("an empty tenant", #"[""]"#, "TPX035"),
        annotated("upper case", #"["Tenant-A"]"#, "TPX035"),
        annotated("camel case", #"["tenantSubdomain1", "tenant-b"]"#, "TPX035"),
        annotated("dots", #"["tenant.a"]"#, "TPX035"),
        annotated("underscores", #"["tenant_a"]"#, "TPX035"),
        annotated("a hyphen first", #"["-tenant"]"#, "TPX035"),
        annotated("a hyphen last", #"["tenant-"]"#, "TPX035"),
        annotated("two tenants in one string", #"["tenant-a,tenant-b"]"#, "TPX035"),
        annotated("another alphabet", #"["tenänt"]"#, "TPX035"),
        annotated("a tenant too long alone", #"["\#(String(repeating: "t", count: 64))"]"#, "TPX035"),
        annotated("too long with the name", #"["\#(String(repeating: "t", count: 63))"]"#, "TPX036"),
        annotated("a placeholder for a tenant", #"["<tenant-subdomain>"]"#, "TPX004"),
        annotated(
            "more tenants than are documented",
            "[\((0...2000).map { #""t\#($0)""# }.joined(separator: ", "))]",
            "TPX037"
        ),
    ]

    private static let ports = [
        ("port 0", "0"), ("port -1", "-1"), ("port 65536", "65536"), ("a port in quotes", "\"465\""),
        ("a port with a fraction", "46.5"), ("a port that is a list", "[465]"), ("a port that is true", "true"),
    ].map { title, port in
        specified(
            title,
            "destinationRef: {name: example-dest}, service: {port: \(port)}",
            "TPX019",
            "spec.service.port"
        )
    }

    private static let specs = [
        MalformedDestination(
            "no spec",
            "apiVersion: destination.connectivity.api.sap/v1\nkind: Destination\nmetadata: {name: malformed}\n",
            "TPX010",
            "spec"
        ),
        MalformedDestination(
            "the documented sample without the line \"spec:\"",
            """
            apiVersion: destination.connectivity.api.sap/v1
            kind: Destination
            metadata:
              name: malformed
              annotations:
                \(tenants): '["tenant-subdomain", "another-tenant-subdomain"]'
              destinationRef:
                name: "example-dest-smtps"
              destinationServiceInstanceName: dest-service
            """,
            "TPX010",
            "spec"
        ),
        specified("an empty spec", "", "TPX011", "spec.destinationRef"),
        specified("no destination", "service: {port: 465}", "TPX011", "spec.destinationRef"),
        specified("no name of a destination", "destinationRef: {}", "TPX011", "spec.destinationRef.name"),
        specified("an empty name of a destination", "destinationRef: {name: ''}", "TPX011", "spec.destinationRef.name"),
        specified(
            "too long a name of a destination",
            "destinationRef: {name: \(String(repeating: "d", count: 201))}",
            "TPX012",
            "spec.destinationRef.name"
        ),
        specified("a number for a destination", "destinationRef: {name: 5}", "TPX005", "spec.destinationRef.name"),
        specified("a text for destinationRef", "destinationRef: example-dest", "TPX005", "spec.destinationRef"),
        specified(
            "a placeholder",
            "destinationRef: {name: <destination>}",
            "TPX004",
            "spec.destinationRef.name",
            reachesWebhook: true
        ),
        specified(
            "an unknown level",
            "destinationRef: {name: example-dest, level: tenant}",
            "TPX014",
            "spec.destinationRef.level"
        ),
        fragment("a fragment's unknown level", "name: f, level: Subaccount", "TPX014", "spec.fragmentRef.level"),
        fragment("a fragment without a name", "optional: true", "TPX015", "spec.fragmentRef.name"),
        fragment("an empty name of a fragment", "name: ''", "TPX015", "spec.fragmentRef.name"),
        fragment("optional in quotes", "name: f, optional: 'true'", "TPX005", "spec.fragmentRef.optional"),
        specified(
            "an unknown scope",
            "destinationRef: {name: example-dest}, accessControl: {scope: cluster}",
            "TPX020",
            "spec.accessControl.scope"
        ),
        specified(
            "a name that ends with a line end",
            "destinationRef: {name: \"example-dest\\n\"}",
            "TPX022",
            "spec.destinationRef.name",
            reachesWebhook: true
        ),
        instance("an unknown instance", "dest-sevice", "TPX017"),
        instance("a comment that is none", "dest-service // can be left out", "TPX016"),
        instance("a placeholder for an instance", "<dest-service-instance-name>", "TPX004"),
        instance("too long a name of an instance", String(repeating: "i", count: 254), "TPX017", reachesWebhook: false),
        specified(
            "no instance and no default",
            "destinationRef: {name: example-dest}",
            "TPX018",
            "spec.destinationServiceInstanceName",
            installation: .noDefaultInstance,
            reachesWebhook: true
        ),
    ]

    private static let names = [
        named("a name with dots", "mail.europe", "TPX003"), named("a digit first", "1mail", "TPX003"),
        named("too long a name", String(repeating: "m", count: 64), "TPX003"), named("upper case", "Mail", "TPX003"),
        named("a name with an underscore", "mail_europe", "TPX003"),
        named("a placeholder for a name", "<destination-cr-name>", "TPX004"),
    ]
}

extension MalformedDestination {
    private init(
        _ title: String,
        _ text: String,
        _ code: String,
        _ field: String,
        _ installation: Installation = .defaultInstance,
        reachesWebhook: Bool = false
    ) {
        self.reachesWebhook = reachesWebhook
        self.title = title
        self.text = text
        self.code = code
        self.field = field
        self.installation = installation
    }

    /// A value of the annotation, as it stands between single quotes.
    private static func annotated(_ title: String, _ value: String, _ code: String) -> MalformedDestination {
        MalformedDestination(
            "annotation: \(title)",
            """
            apiVersion: destination.connectivity.api.sap/v1
            kind: Destination
            metadata:
              name: malformed
              annotations:
                \(tenants): '\(value)'
            spec:
              destinationRef: {name: example-dest}
            """,
            code,
            tenantsField,
            reachesWebhook: true
        )
    }

    /// Fields of the spec.
    private static func specified(
        _ title: String,
        _ fields: String,
        _ code: String,
        _ field: String,
        installation: Installation = .defaultInstance,
        reachesWebhook: Bool = false
    ) -> MalformedDestination {
        MalformedDestination(
            "spec: \(title)",
            """
            apiVersion: destination.connectivity.api.sap/v1
            kind: Destination
            metadata: {name: malformed}
            spec: {\(fields)}
            """,
            code,
            field,
            installation,
            reachesWebhook: reachesWebhook
        )
    }

    private static func fragment(
        _ title: String,
        _ fields: String,
        _ code: String,
        _ field: String
    ) -> MalformedDestination {
        specified(title, "destinationRef: {name: example-dest}, fragmentRef: {\(fields)}", code, field)
    }

    private static func instance(
        _ title: String,
        _ name: String,
        _ code: String,
        reachesWebhook: Bool = true
    ) -> MalformedDestination {
        specified(
            title,
            "destinationRef: {name: example-dest}, destinationServiceInstanceName: \(name)",
            code,
            "spec.destinationServiceInstanceName",
            reachesWebhook: reachesWebhook
        )
    }

    private static func named(_ title: String, _ name: String, _ code: String) -> MalformedDestination {
        MalformedDestination(
            "name: \(title)",
            """
            apiVersion: destination.connectivity.api.sap/v1
            kind: Destination
            metadata: {name: \(name)}
            spec:
              destinationRef: {name: example-dest}
            """,
            code,
            "metadata.name"
        )
    }
}
