import FoundationEssentials
import ObjectModel

/// Does a manager lead, and get on with its work?
struct ManagerCheck {
    /// How much the clocks of this machine and the managers' may differ.
    private static let clockDifference = 30.0
    /// For longer than this nothing should wait.
    private static let longestWait = 300

    private let facts: ClusterFacts

    init(_ facts: ClusterFacts) {
        self.facts = facts
    }

    private var namespace: String { facts.scope.systemNamespace }

    var section: CheckSection {
        var section = CheckSection("Manager", "one leads")
        judgeLease(&section)
        judgePods(&section)
        judgePages(&section)
        if isNothingThere {
            section.notes.append(
                "nothing of the product is in \(namespace); if it is installed elsewhere, say where: --system-namespace"
            )
        }
        return section
    }

    private var isNothingThere: Bool {
        guard case .failure(let error) = facts.lease, error.code == .notFound else { return false }
        return (try? facts.pods.get())?.isEmpty == true && (try? facts.parts.get())?.isEmpty == true
    }

    private var leads: Bool { facts.managers.values.contains { (try? $0.get())?.isLeading == true } }

    /// The command that shows the managers.
    static func pods(_ scope: CheckScope) -> String {
        "kubectl get pods -n \(scope.systemNamespace) -l app.kubernetes.io/name=tproxy-manager"
    }

    private func judgeLease(_ section: inout CheckSection) {
        let mend = Self.pods(facts.scope)
        switch facts.lease {
        case .success(let lease):
            let spec = lease["spec"]
            guard let holder = spec?["holderIdentity"]?.stringValue, !holder.isEmpty else {
                section.find(.noLeader, "no manager leads: nobody holds the Lease \(CheckScope.lease)", mend: mend)
                return
            }
            section.summary = "\(holder) leads"
            // The time of the API server and of this machine may differ; what a manager says of itself counts more.
            guard !leads, let text = spec?["renewTime"]?.stringValue, let renewed = Self.date(text) else { return }
            let age = facts.time.timeIntervalSince(renewed)
            let duration = Double(spec?["leaseDurationSeconds"]?.integerValue ?? 15)
            guard age > duration + Self.clockDifference else { return }
            section.find(
                .noLeader,
                "no manager leads: \(holder) has last been heard of \(Age.text(seconds: Int(age))) ago",
                mend: mend
            )
        case .failure(let error) where error.code == .notFound:
            section.find(
                .noLeader,
                "no manager has ever led: there is no Lease \(CheckScope.lease) in \(namespace)",
                mend: mend
            )
        case .failure: _ = section.take(facts.lease, "get leases in \(namespace)")
        }
    }

    private func judgePods(_ section: inout CheckSection) {
        guard let pods = section.take(facts.pods, "list pods in \(namespace)")?.of(.manager) else { return }
        let down = pods.filter { !$0.isReady }
        for pod in down {
            let trouble = pod.trouble.map { ": \($0)" } ?? ""
            section.find(
                .serverDown,
                "the manager \(pod.name) isn't ready\(trouble)",
                mend: "kubectl describe pod -n \(namespace) \(pod.name)"
            )
        }
    }

    private func judgePages(_ section: inout CheckSection) {
        for (pod, observed) in facts.managers.sorted(by: { $0.key < $1.key }) {
            guard let page = section.take(observed, "forward a port to the pod \(pod) in \(namespace)"), page.isLeading
            else { continue }
            let seconds = page.oldestQueuedSeconds ?? 0
            if seconds > Self.longestWait {
                section.find(
                    .queueStuck,
                    "the manager is stuck: a Destination has been waiting for \(Age.text(seconds: seconds))",
                    mend: "kubectl delete pod -n \(namespace) \(pod)"
                )
            }
            let deaf = page.deafWatches
            if !deaf.isEmpty {
                section.find(
                    .managerNotWatching,
                    "the manager gets no news of \(deaf.joined(separator: ", "))",
                    mend: "kubectl logs -n \(namespace) \(pod) | grep -i watch"
                )
            }
        }
    }

    /// RFC 3339 with fractions of seconds, as Leases have it.
    private static func date(_ text: String) -> Date? {
        let whole = text.prefix { $0 != "." && $0 != "Z" }
        return try? Date("\(whole)Z", strategy: .iso8601)
    }
}
