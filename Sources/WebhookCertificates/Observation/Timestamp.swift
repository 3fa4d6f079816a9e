import FoundationEssentials

/// Seconds since 1970 as annotations hold them: RFC 3339 in UTC, which people can read at night.
enum Timestamp {
    static func text(_ seconds: Int64) -> String {
        // The years 1970 to 9999.
        let bounded = min(max(seconds, 0), 253_402_300_799)
        return Date(timeIntervalSince1970: Double(bounded)).formatted(.iso8601)
    }

    static func seconds(_ text: String) -> Int64? {
        guard text.utf8.count <= 40, let date = try? Date(text, strategy: .iso8601) else { return nil }
        return Int64(exactly: date.timeIntervalSince1970.rounded(.down))
    }
}
