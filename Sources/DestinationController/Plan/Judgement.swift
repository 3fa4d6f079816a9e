internal import DestinationModel
internal import DestinationRules
internal import Kubernetes
internal import RelayRoutes

/// What the rules make of a Destination: who is to be served, and why others aren't.
struct Judgement: Hashable, Sendable {
    /// `metadata.uid`.
    let owner: String
    /// The tenants as the annotation lists them, each once; one `nil` where it lists none. Empty where it can't be read.
    let tenants: [String?]
    /// By tenant, those that nothing keeps from being served.
    let routes: [String?: Route]
    /// By tenant, why the others can't be served.
    let problems: [String?: TenantProblem]
    /// What keeps the resource as a whole from being served.
    let problem: ResourceProblem?
    /// What is wrong with the list of tenants besides.
    let remark: ListRemark?
    /// Who may connect, given or by default.
    let scope: AccessScope
    /// What is given or the default; `nil` where the resource as a whole can't be served.
    let port: Int?
    /// The instance that is used; `nil` where there is none, or the resource as a whole can't be served.
    let instance: String?

    /// Judges a Destination.
    ///
    /// - Parameter elder: Which older Destination claims a Service of a name.
    init(
        _ destination: ObservedDestination,
        _ settings: ControllerSettings,
        elder: (_ service: String) -> ServiceClaim?
    ) {
        let report = DestinationRules.check(
            destination.object,
            context: RuleContext(instances: settings.instances)
        )
        let key = destination.key
        owner = destination.uid
        var seen: Set<String?> = []
        let tenants = ServiceClaim.claims(of: destination.object).map(\.tenant).filter { seen.insert($0).inserted }
            .prefix(DestinationLimits.tenants)
        self.tenants = Array(tenants)
        problem = ResourceProblem(report.findings)
        remark = ListRemark(report.findings)
        scope = report.servable?.scope ?? settings.defaultScope
        port = report.servable?.port
        instance = report.servable?.instance ?? (report.servable == nil ? nil : settings.instances.defaultName)

        var routes: [String?: Route] = [:]
        for route in report.servable?.routes(defaultInstance: settings.instances.defaultName) ?? [] {
            routes[route.tenant] = route
        }
        var problems: [String?: TenantProblem] = [:]
        for finding in report.findings where finding.severity == .error {
            guard case .tenant(let tenant) = finding.blocks, problems[tenant] == nil else { continue }
            problems[tenant] = .rule(finding)
        }
        for tenant in tenants {
            let service = ServiceName.text(resource: key.name, tenant: tenant)
            if key.namespace == settings.installNamespace, RelayService.port(name: service) != nil {
                problems[tenant] = .reservedName
                routes[tenant] = nil
            } else if let elder = elder(service) {
                problems[tenant] = .duplicate(of: elder)
                routes[tenant] = nil
            } else if let problem {
                problems[tenant] = .resource(problem)
            }
        }
        self.routes = routes
        self.problems = problems
    }

    /// Whether what a tenant has is left as it is: it was served before, and now a fault keeps it from being understood.
    /// Whoever mistypes the list of tenants is told so, and doesn't bring the mail of all of them to a stop.
    func keeps(_ tenant: String?) -> Bool {
        if case .duplicate = problems[tenant] { return false }
        if problem != nil { return true }
        return problems[tenant] != nil
    }
}
