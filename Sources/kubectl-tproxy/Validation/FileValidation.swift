import DestinationModel
import DestinationRules
import ObjectModel
import YAML

/// What is found in files. Destinations that stand earlier count as older where two claim one Service.
struct FileValidation: Sendable {
    /// One fault of a file.
    struct Fault: Hashable, Sendable {
        let file: String
        let position: SourcePosition?
        /// The line that it is in.
        let line: String?
        let severity: Finding.Severity
        /// `nil` where the file can't be read as what it is.
        let code: RuleCode?
        let message: String
        let mend: String?
    }

    private(set) var faults: [Fault] = []
    private(set) var fileCount = 0
    private(set) var resourceCount = 0
    /// How many objects of other kinds there were.
    private(set) var otherCount = 0
    private var unreadableCount = 0
    private var context: RuleContext

    init(instances: RuleContext.Instances?) {
        context = RuleContext(instances: instances)
    }

    var outcome: Outcome {
        // What is wrong counts more than what isn't known, as everywhere.
        if faults.count(where: { $0.severity == .error }) > unreadableCount { return .findings }
        return unreadableCount > 0 ? .failed : .good
    }

    mutating func check(_ files: [InputFile]) {
        for file in files { check(file) }
    }

    private mutating func check(_ file: InputFile) {
        fileCount += 1
        switch file.content {
        case .failure(let fault):
            unreadableCount += 1
            report(file.name, message: fault.description)
        case .success(let octets):
            do throws(Unreadable) {
                let first = faults.count
                for document in try Self.documents(octets, file.name) {
                    check(document.value, FieldPath.root, document.positions, file.name, octets)
                }
                faults[first...].sort { Self.place($0) < Self.place($1) }
            } catch {
                faults.append(
                    Fault(
                        file: file.name,
                        position: error.position,
                        line: error.position.flatMap { Self.line($0.line, of: octets) },
                        severity: .error,
                        code: nil,
                        message: error.message,
                        mend: nil
                    )
                )
            }
        }
    }

    private mutating func check(
        _ object: ObjectValue,
        _ path: FieldPath,
        _ positions: SourceMap,
        _ file: String,
        _ octets: [UInt8]
    ) {
        if let items = object["items"]?.arrayValue, object["kind"]?.stringValue?.hasSuffix("List") == true {
            for (index, item) in items.enumerated() {
                check(item, path.member("items").item(index), positions, file, octets)
            }
            return
        }
        guard Self.isMeantAsDestination(object) else {
            otherCount += 1
            return
        }
        resourceCount += 1
        for finding in DestinationRules.check(object, context: context).findings {
            let position = finding.position(in: positions, below: path)
            faults.append(
                Fault(
                    file: file,
                    position: position,
                    line: position.flatMap { Self.line($0.line, of: octets) },
                    severity: finding.severity,
                    code: finding.code,
                    message: finding.message,
                    mend: finding.mend
                )
            )
        }
        context.claims.insert(object)
    }

    /// What has no kind may be a Destination that lacks the line, unless it is no object of Kubernetes at all, such as a
    /// destination as the cockpit exports it. Those hold passwords, which no finding may quote.
    private static func isMeantAsDestination(_ object: ObjectValue) -> Bool {
        guard let kind = object["kind"] else { return object["metadata"] != nil || object["spec"] != nil }
        return kind == .string(DestinationResource.kind)
    }

    private static func place(_ fault: Fault) -> (Int, Int) {
        (fault.position?.line ?? 0, fault.position?.column ?? 0)
    }

    private mutating func report(_ file: String, message: String) {
        faults.append(
            Fault(file: file, position: nil, line: nil, severity: .error, code: nil, message: message, mend: nil)
        )
    }

    /// Why a text is neither JSON nor YAML.
    private struct Unreadable: Error {
        let position: SourcePosition?
        let message: String
    }

    private static func documents(_ octets: [UInt8], _ file: String) throws(Unreadable) -> [ObjectDocument] {
        if octets.first(where: { !" \t\r\n".utf8.contains($0) }) == UInt8(ascii: "{") {
            var options = JSONReader.Options()
            options.maximumLength = octets.count
            options.maximumCount = 5_000_000
            do {
                return [try JSONReader.document(octets, options: options)]
            } catch {
                throw Unreadable(position: error.position, message: error.message)
            }
        }
        var limits = YAML.Limits()
        limits.maximumLength = octets.count
        limits.maximumNodes = 5_000_000
        do {
            return try YAML.documents(in: octets, file: file, limits: limits).map(ObjectDocument.init)
        } catch {
            throw Unreadable(position: error.position, message: error.message)
        }
    }

    private static func line(_ number: Int, of octets: [UInt8]) -> String? {
        var lines = octets.split(separator: UInt8(ascii: "\n"), maxSplits: number, omittingEmptySubsequences: false)[
            ...
        ]
        guard number >= 1, number <= lines.count else { return nil }
        lines = lines.dropFirst(number - 1)
        return lines.first.map { String(decoding: $0.prefix(500), as: UTF8.self) }
    }

    /// What programs read.
    var object: ObjectValue {
        .object([
            "files": .integer(fileCount), "destinations": .integer(resourceCount),
            "findings": .array(
                faults.map { fault in
                    var members: [String: ObjectValue] = [
                        "file": .string(fault.file), "severity": .string(fault.severity.rawValue),
                        "message": .string(fault.message),
                    ]
                    members["line"] = fault.position.map { .integer($0.line) }
                    members["column"] = fault.position.map { .integer($0.column) }
                    members["code"] = fault.code.map { .string($0.rawValue) }
                    members["mend"] = fault.mend.map(ObjectValue.string)
                    return .object(members)
                }
            ),
        ])
    }
}
