import DestinationModel
import DestinationRules
import ObjectModel

/// Warnings as `kubectl` shows them: a line each, of at most 120 characters, as Kubernetes asks.
enum WarningText {
    static let maximumLength = 120

    private static let tenants = FieldPath("metadata", "annotations", DestinationResource.tenantsAnnotation)

    /// The code, the field, what is odd, and as much of what to do as fits.
    static func text(_ finding: Finding) -> String {
        // The annotation's full path would leave no room for anything else.
        let place = finding.path == tenants ? "tenant-subdomains" : "\(finding.path)"
        return cut("\(finding.code): \(place.isEmpty ? "" : "\(place): ")\(finding.error.detail); \(finding.mend)")
    }

    /// Cuts a text behind a word.
    static func cut(_ text: String) -> String {
        guard text.count > maximumLength else { return text }
        let start = text.prefix(maximumLength - 1)
        // Where the cut falls between two words, or within one that is very long, it is right there.
        let isBetween = text[start.endIndex] == " "
        let end =
            isBetween
            ? nil : start.lastIndex(of: " ").flatMap { start.distance(from: start.startIndex, to: $0) > 60 ? $0 : nil }
        var words = start[..<(end ?? start.endIndex)]
        while let last = words.last, last == " " || last == ";" || last == ":" || last == "," { words.removeLast() }
        return words + "…"
    }
}
