import DestinationModel
import DestinationRules
import ObjectModel

/// A Destination as it stands in the cluster, seen by a person.
struct DestinationView: Sendable {
    let object: ObjectValue
    let namespace: String
    let name: String
    let status: StatusReading

    init(_ object: ObjectValue) {
        self.object = object
        let metadata = object["metadata"]
        namespace = metadata?["namespace"]?.stringValue ?? ""
        name = metadata?["name"]?.stringValue ?? ""
        status = StatusReading(object["status"])
    }

    /// How it fares, in a word and a sentence.
    struct Verdict: Hashable, Sendable {
        let mark: Mark
        let word: String
        let sentence: String
    }

    var verdict: Verdict {
        guard isBeingDeleted == false else {
            return Verdict(mark: .doubtful, word: "Deleting", sentence: "it is being deleted")
        }
        guard status.value != nil, let isAvailable = status.isAvailable else {
            return Verdict(mark: .unknown, word: "Unknown", sentence: "no manager has looked at it yet")
        }
        if let seen = status.generation, let generation, seen < generation {
            return Verdict(mark: .unknown, word: "Changed", sentence: "the manager hasn't seen the latest change yet")
        }
        let count = status.tenants.count
        if isAvailable {
            let whom = count == 1 ? "" : " for all \(count) tenants"
            return Verdict(mark: .good, word: "Available", sentence: "mail can be sent\(whom)")
        }
        let failed = status.tenants.count { $0.status.state == .failed }
        let pending = status.tenants.count { $0.status.state == .pending }
        guard failed > 0 || pending > 0 else {
            return Verdict(mark: .bad, word: "Failed", sentence: "mail can't be sent")
        }
        let word = failed > 0 ? "Failed" : "Pending"
        let missing = failed > 0 ? failed : pending
        let what = failed > 0 ? "can't be sent" : "can't be sent yet"
        let whom = count == 1 ? "" : " for \(missing) of \(count) tenants"
        return Verdict(mark: failed > 0 ? .bad : .doubtful, word: word, sentence: "mail \(what)\(whom)")
    }

    /// The tenants that are ready, of how many; `-` before anybody has looked.
    var readiness: String {
        guard !status.tenants.isEmpty else { return "-" }
        return "\(status.tenants.count { $0.status.state == .ready })/\(status.tenants.count)"
    }

    var generation: Int? { object["metadata"]?["generation"]?.integerValue }
    var creationTime: String? { object["metadata"]?["creationTimestamp"]?.stringValue }
    var isBeingDeleted: Bool { object["metadata"]?["deletionTimestamp"]?.stringValue != nil }

    /// The destination in the Destination service.
    var destination: String { object["spec"]?["destinationRef"]?["name"]?.stringValue ?? "" }
    var level: String? { object["spec"]?["destinationRef"]?["level"]?.stringValue }
    var fragment: String? { object["spec"]?["fragmentRef"]?["name"]?.stringValue }
    /// The instance that is used, as the manager found it, else as the resource names it.
    var instance: String? {
        object["status"]?["destinationServiceInstanceName"]?.stringValue
            ?? object["spec"]?["destinationServiceInstanceName"]?.stringValue
    }
    var port: Int {
        object["status"]?["port"]?.integerValue ?? object["spec"]?["service"]?["port"]?.integerValue
            ?? MailDestination.defaultPort
    }
    var scope: String? {
        object["status"]?["scope"]?.stringValue ?? object["spec"]?["accessControl"]?["scope"]?.stringValue
    }
    /// The condition's reason, where mail can't be sent for everybody.
    var reason: String {
        status.isAvailable == true ? "" : status.condition?["reason"]?.stringValue ?? ""
    }
}
