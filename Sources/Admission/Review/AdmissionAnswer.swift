import DestinationModel
import DestinationRules
import ObjectModel

/// The AdmissionReview that answers a request. However much is wrong, it stays small.
struct AdmissionAnswer {
    /// Causes and warnings beyond these are only counted.
    static let maximumCauses = 50
    static let maximumWarnings = 20
    /// The characters of a cause's message, and of the message as a whole.
    static let maximumCause = 600
    static let maximumMessage = 4000

    let request: AdmissionRequest
    let verdict: Verdict
    /// What is to be said besides the findings.
    var notes: [String] = []

    /// The AdmissionReview.
    var review: ObjectValue {
        var response: [String: ObjectValue] = ["uid": .string(request.uid)]
        let warnings = verdict.findings.filter { $0.severity == .warning }
        switch verdict {
        case .passed, .admitted:
            response["allowed"] = .bool(true)
        case .refused(let findings):
            response["allowed"] = .bool(false)
            response["status"] = status(findings.filter { $0.severity == .error })
        }
        let all = Self.texts(of: warnings, notes)
        if !all.isEmpty { response["warnings"] = .array(all.map(ObjectValue.string)) }
        return .object([
            "apiVersion": .string(AdmissionRequest.apiVersion),
            "kind": .string(AdmissionRequest.kind),
            "response": .object(response),
        ])
    }

    private static func texts(of warnings: [Finding], _ notes: [String]) -> [String] {
        let shown = (warnings.prefix(maximumWarnings).map(WarningText.text) + notes).prefix(maximumWarnings)
        let rest = warnings.count + notes.count - shown.count
        return shown + (rest > 0 ? ["and \(rest) more warnings"] : [])
    }

    /// As the API server itself words the refusal of an invalid object.
    private func status(_ errors: [Finding]) -> ObjectValue {
        let shown = errors.prefix(Self.maximumCauses)
        var causes = shown.map { Self.cause($0.error.reason.rawValue, "\($0.path)", Self.sentence($0)) }
        let rest = errors.count - shown.count
        if rest > 0 {
            causes.append(Self.cause(FieldError.Reason.invalid.rawValue, "…", "\(rest) more faults are not shown"))
        }
        return .object([
            "status": .string("Failure"),
            "code": .integer(422),
            "reason": .string("Invalid"),
            "message": .string(message(errors)),
            "details": .object([
                "group": .string(DestinationResource.group),
                "kind": .string(DestinationResource.kind),
                "name": .string(objectName),
                "causes": .array(causes),
            ]),
        ])
    }

    /// The object's name; that of one whose name is still to be made up begins with what it is made of.
    var objectName: String {
        let metadata = request.object["metadata"]
        let name = request.name ?? metadata?["name"]?.stringValue ?? metadata?["generateName"]?.stringValue ?? ""
        return Quoted.escaped(name, limit: 253)
    }

    private func message(_ errors: [Finding]) -> String {
        var text = ""
        for (index, finding) in errors.enumerated() {
            let next = "\(finding.path): \(Self.sentence(finding))"
            if text.count + next.count > Self.maximumMessage {
                text += ", and \(errors.count - index) more"
                break
            }
            text += index == 0 ? next : ", \(next)"
        }
        let list = errors.count == 1 ? text : "[\(text)]"
        return "\(DestinationResource.kind).\(DestinationResource.group) \"\(objectName)\" is invalid: \(list)"
    }

    private static func cause(_ reason: String, _ field: String, _ message: String) -> ObjectValue {
        .object(["reason": .string(reason), "field": .string(field), "message": .string(message)])
    }

    /// What is wrong, how to mend it, and the code to look up.
    private static func sentence(_ finding: Finding) -> String {
        let text = "\(finding.error.detail); \(finding.mend)"
        let code = " (\(finding.code))"
        guard text.count + code.count > maximumCause else { return text + code }
        return text.prefix(maximumCause - code.count - 1) + "…" + code
    }
}
