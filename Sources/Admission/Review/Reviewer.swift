import DestinationRules
import ObjectModel

/// Judges requests by the rules. Pure: what it knows of the world it is given.
struct Reviewer {
    /// What rules may know.
    let context: RuleContext
    /// Whether all Destinations are known, so that one whose name collides with another's would be found.
    let knowsOthers: Bool

    static let ignoranceNote = "tproxy-admission can't see the other Destinations: name collisions were not looked for"

    func verdict(on request: AdmissionRequest) -> Verdict {
        guard request.needsRules else { return .passed }
        let object = request.object.named(request)
        let report: DestinationRules.Report
        switch request.operation {
        case .update:
            report = DestinationRules.check(object, replacing: request.oldObject.named(request), context: context)
        case .create, .delete, .connect:
            report = DestinationRules.check(object, context: context)
        }
        return report.hasErrors ? .refused(report.findings) : .admitted(report.findings)
    }

    func answer(to request: AdmissionRequest) -> AdmissionAnswer {
        let verdict = verdict(on: request)
        switch verdict {
        case .admitted where !knowsOthers:
            return AdmissionAnswer(request: request, verdict: verdict, notes: [Self.ignoranceNote])
        case .passed, .admitted, .refused:
            return AdmissionAnswer(request: request, verdict: verdict)
        }
    }
}

extension ObjectValue {
    /// The object with the namespace that the request is about, which objects may leave open.
    fileprivate func named(_ request: AdmissionRequest) -> ObjectValue {
        guard case .object(var members) = self, case .object(var metadata)? = members["metadata"],
            let namespace = request.namespace
        else { return self }
        switch metadata["namespace"] {
        case nil, .null, .string(""): metadata["namespace"] = .string(namespace)
        case .bool, .integer, .double, .string, .array, .object: return self
        }
        members["metadata"] = .object(metadata)
        return .object(members)
    }
}
