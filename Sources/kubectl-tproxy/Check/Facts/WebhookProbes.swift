import DestinationModel
import ObjectModel

/// What the API server says to resources that it is shown without keeping them.
struct WebhookProbes: Hashable, Sendable {
    /// The answer to one of them.
    enum Answer: Hashable, Sendable {
        case accepted
        /// Our webhook has refused it, by a rule with a code of ours.
        case refusedByUs(String)
        /// Somebody else has: another webhook, a policy, the schema.
        case refused(String)
        /// The webhook was to be asked and couldn't be.
        case notAsked(String)
        /// It didn't come to that.
        case unknown(KubectlError)
    }

    /// The answer to a resource with nothing wrong.
    var valid: Answer
    /// The answer to one with a fault that only the webhook sees.
    var invalid: Answer

    /// A name that nobody has.
    private static var name: String {
        "tproxy-check-" + String(UInt32.random(in: .min ... .max), radix: 36)
    }

    /// A resource with nothing wrong.
    ///
    /// - Parameter instance: One that the configuration has; `nil` for its default.
    static func valid(instance: String?) -> ObjectValue {
        DestinationDraft(name: name, destination: "tproxy-check", instance: instance).object
    }

    /// One with a list of tenants that is none, which no schema can see.
    static func invalid(instance: String?) -> ObjectValue {
        let object = valid(instance: instance)
        guard case .object(var members) = object, case .object(var metadata) = members["metadata"] else {
            return object
        }
        metadata["annotations"] = .object([DestinationResource.tenantsAnnotation: .string("no list of tenants")])
        members["metadata"] = .object(metadata)
        return .object(members)
    }
}

extension WebhookProbes.Answer {
    /// Reads kubectl's complaint.
    init(_ error: KubectlError) {
        let text = error.description
        if text.contains("failed calling webhook") || text.contains("failed to call webhook") {
            self = .notAsked(text)
        } else if text.contains("(TPX0") {
            self = .refusedByUs(text)
        } else if text.contains("denied the request") || error.code == .invalid {
            self = .refused(text)
        } else {
            self = .unknown(error)
        }
    }
}
