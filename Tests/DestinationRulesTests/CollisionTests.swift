import DestinationModel
import DestinationRules
import ObjectModel
import Testing

@Suite("Services that two resources claim")
struct CollisionTests {
    private let first: ObjectValue
    private let second: ObjectValue
    private let bare: ObjectValue

    init() throws {
        first = try Samples.tenants(#"'["a-b", "c"]'"#, name: "mail")
        second = try Samples.tenants(#"'["b"]'"#, name: "mail-a")
        bare = try Samples.destination(name: "mail-c")
    }

    private func check(_ object: ObjectValue, against other: ObjectValue) -> DestinationRules.Report {
        DestinationRules.check(object, context: RuleContext(claims: Samples.index(other)))
    }

    @Test("Whoever comes second is refused, in both orders")
    func bothOrders() {
        let later = check(second, against: first)
        #expect(later.codes == ["TPX040"])
        #expect(later.findings.first?.message.contains("Service \"mail-a-b\"") == true)
        #expect(later.findings.first?.message.contains("Destination \"mail\" for its tenant \"a-b\"") == true)
        let earlier = check(first, against: second)
        #expect(earlier.codes == ["TPX040"])
        #expect(earlier.servable?.tenants == ["c"])
    }

    @Test("Tenants and bare resources collide too")
    func bareResource() {
        let bareLater = check(bare, against: first)
        #expect(bareLater.codes == ["TPX040"])
        #expect(bareLater.findings.first?.path.description == "metadata.name")
        #expect(bareLater.servable == nil)
        #expect(check(first, against: bare).servable?.tenants == ["a-b"])
    }

    @Test("Nobody collides with himself, or with another namespace")
    func noCollision() throws {
        #expect(check(first, against: first).codes == [])
        #expect(check(second, against: bare).codes == [])
        let elsewhere = try Samples.tenants(#"'["b"]'"#, name: "mail-a", namespace: "other")
        #expect(check(first, against: elsewhere).codes == [])
    }

    @Test("Resources that are not valid still claim what can be read")
    func claims() throws {
        let object = try Samples.tenants(#"'["a", 5, "B"]'"#)
        #expect(ServiceClaim.claims(of: object).map(\.service) == ["mail-a", "mail-B"])
        #expect(ServiceClaim.claims(of: try Samples.tenants("'a,b'")) == [])
        #expect(ServiceClaim.claims(of: .null) == [])
    }
}
