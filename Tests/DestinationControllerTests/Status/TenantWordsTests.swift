import DestinationModel
import DestinationRules
import Kubernetes
import ObjectModel
import Testing

@testable import DestinationController

@Suite("What a status says of a tenant")
struct TenantWordsTests {
    private let subject = StatusSubject.sample

    @Test(
        "The relays' proof decides",
        arguments: [
            (RouteProof.open, TenantStatus.State.ready, nil),
            (.noRelay, .pending, "RelayNotReady"), (.unknown, .pending, "RelayNotReady"),
            (.awaited, .pending, "RelayNotReady"), (.lookingUp, .pending, "DestinationLookupPending"),
            (
                .failed(
                    reason: "ConfigurationError-ReferencedDestination-NotFound",
                    message: "there is none; make one"
                ),
                .failed, "ConfigurationError-ReferencedDestination-NotFound"
            ),
        ] as [(RouteProof, TenantStatus.State, String?)]
    )
    func proofs(proof: RouteProof, state: TenantStatus.State, reason: String?) {
        let status = subject.tenant("a", proof)
        #expect(status.state == state)
        #expect(status.reason == reason)
        #expect(status.tenant == "a" && status.serviceName == "mail-a" && status.relayPort == 20_001)
        check(status)
    }

    @Test("So does what the manager sees itself")
    func problems() throws {
        let tooMany = try #require(
            ResourceProblem([finding(#"{"metadata":{"name":"mail"},"spec":{"destinationRef":{"name":"*"}}}"#)])
        )
        let rule = try finding(
            #"{"apiVersion":"destination.connectivity.api.sap/v1","kind":"Destination","#
                + #""metadata":{"name":"mail","annotations":{"transparent-proxy.connectivity.api.sap/tenant-subdomains":"#
                + #""[\"A\"]"}},"spec":{"destinationRef":{"name":"d"}}}"#
        )
        let claim = ServiceClaim(namespace: "shop", resource: "other", tenant: "b")
        let expected: [(TenantProblem, TenantStatus.State, String, says: String)] = [
            (.rule(rule), .failed, "ConfigurationError-MultitenancyAnnotation-Invalid", "lower case"),
            (.resource(tooMany), .failed, "ConfigurationFailed", "condition Available"),
            (
                .duplicate(of: claim), .failed, "ConfigurationError-DuplicateDestinationCustomResource",
                #"older Destination "other" for its tenant "b""#
            ),
            (
                .foreignService, .failed, "ConfigurationError-K8sResourceWithNameAlreadyPresent",
                "kubectl delete service -n shop mail-a"
            ),
            (
                .reservedName, .failed, "ConfigurationError-K8sResourceWithNameAlreadyPresent",
                "put it into another namespace"
            ),
            (.noPort(.range(20_000...20_001)), .failed, "PortRangeExhausted", "from 20000 to 20001"),
            (.noPort(.share), .failed, "PortRangeExhausted", "as many relay ports as are left"),
            (.noPort(.relays(3)), .failed, "PortRangeExhausted", "relays still have open"),
            (.notWritten("create services: forbidden"), .failed, "ServiceCreationFailed", "services: forbidden"),
            (
                .contestedPort(by: "stray"), .failed, "RelayPortContested",
                #"the Service "stray" in the namespace tproxy-system leads to its relay port too"#
            ),
            (.settingUp, .pending, "RelayNotReady", "being made"),
        ]
        for (problem, state, reason, says) in expected {
            let status = subject.tenant("a", serviceName: "mail-a", problem: problem)
            #expect(status.state == state)
            #expect(status.reason == reason)
            #expect(status.message?.contains(says) == true, "\(status.message ?? "")")
            check(status)
        }
    }

    /// Whatever isn't ready says what is wrong, and behind a semicolon what to do.
    private func check(_ status: TenantStatus) {
        if status.state == .ready {
            #expect(status.reason == nil && status.message == nil)
        } else {
            #expect(status.message?.contains("; ") == true, "\(status.message ?? "")")
            #expect((status.message?.utf8.count ?? 0) < 600)
            #expect(status.message?.hasSuffix(".") == false)
        }
    }

    @Test("A relay that is heard for the first time takes nothing back that was proven")
    func awaited() {
        func reading(_ tenants: [TenantStatus], _ subject: StatusSubject = .sample) -> StatusReading {
            StatusReading(StatusComposer.compose(subject, tenants: tenants, before: .none, now: .at(0)).status)
        }
        let failure = RouteProof.failed(reason: "R", message: "m; do")
        for proof in [RouteProof.open, failure] {
            let before = reading([subject.tenant("a", proof), subject.tenant("b", .noRelay)])
            #expect(subject.tenant("a", .awaited, before: before) == subject.tenant("a", proof))
            #expect(subject.tenant("b", .awaited, before: before) == subject.tenant("b", .noRelay))
            #expect(subject.tenant("c", .awaited, before: before).state == .pending)
            // Nothing but the first words of a relay is waited for.
            #expect(subject.tenant("a", .unknown, before: before).state == .pending)
        }
        let ready = reading([subject.tenant("a", .open)])
        let moved = subject.tenant("a", serviceName: "mail-a", relayPort: 20_002, proof: .awaited, before: ready)
        #expect(moved.state == .pending)
        var changed = subject
        changed.generation = 4
        #expect(changed.tenant("a", .awaited, before: ready).state == .pending)
    }
}
