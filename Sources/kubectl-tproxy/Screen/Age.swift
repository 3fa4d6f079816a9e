import FoundationEssentials

/// How long ago something was, as kubectl tells it.
enum Age {
    /// The age of a moment.
    ///
    /// - Parameter time: RFC 3339; anything else has no age that is known.
    static func text(since time: String?, now: Date) -> String {
        guard let time, let date = try? Date(time, strategy: .iso8601) else { return "?" }
        return text(seconds: Int(now.timeIntervalSince(date)))
    }

    /// A span in its two largest units, the smaller one only where it matters.
    static func text(seconds: Int) -> String {
        guard seconds > -2 else { return "?" }
        let seconds = max(seconds, 0)
        let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400)
        switch seconds {
        case ..<120: return "\(seconds)s"
        case ..<600: return two(minutes, "m", seconds % 60, "s")
        case ..<(3 * 3600): return "\(minutes)m"
        case ..<(8 * 3600): return two(hours, "h", minutes % 60, "m")
        case ..<(48 * 3600): return "\(hours)h"
        case ..<(8 * 86_400): return two(days, "d", hours % 24, "h")
        case ..<(2 * 365 * 86_400): return "\(days)d"
        case ..<(8 * 365 * 86_400): return two(days / 365, "y", days % 365, "d")
        default: return "\(days / 365)y"
        }
    }

    private static func two(_ large: Int, _ first: String, _ small: Int, _ second: String) -> String {
        small == 0 ? "\(large)\(first)" : "\(large)\(first)\(small)\(second)"
    }
}
