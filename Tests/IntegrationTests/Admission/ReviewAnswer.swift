import ObjectModel

/// What the admission server answered to an AdmissionReview.
struct ReviewAnswer {
    let isAllowed: Bool
    let code: Int?
    let message: String
    let causes: [Cause]
    let warnings: [String]

    struct Cause {
        let field: String
        let message: String
    }

    /// The answer is no AdmissionReview.
    struct Malformed: Error {
        let text: String
    }

    init(json: String) throws {
        guard let response = try JSONReader.document(json).value["response"],
            case .bool(let isAllowed) = response["allowed"]
        else { throw Malformed(text: json) }
        self.isAllowed = isAllowed
        let status = response["status"]
        self.code = if case .integer(let code) = status?["code"] { code } else { nil }
        self.message = status?["message"]?.stringValue ?? ""
        self.causes = (status?["details"]?["causes"]?.arrayValue ?? []).map {
            Cause(field: $0["field"]?.stringValue ?? "", message: $0["message"]?.stringValue ?? "")
        }
        self.warnings = (response["warnings"]?.arrayValue ?? []).compactMap(\.stringValue)
    }
}
