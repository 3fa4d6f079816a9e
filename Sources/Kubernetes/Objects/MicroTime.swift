internal import Glibc

/// A moment of the wall clock as Kubernetes' `MicroTime` fields take it, in microseconds since 1970 UTC.
///
/// For showing and recording only: nothing here is decided by comparing wall clocks, as those of two machines differ.
public struct MicroTime: Hashable, Sendable, CustomStringConvertible {
    /// Microseconds since 1970 UTC.
    public let microseconds: Int

    /// A moment from 1970 to 9999; others become the nearest of those.
    public init(microseconds: Int) {
        self.microseconds = min(max(microseconds, 0), 253_402_300_799_999_999)
    }

    /// This moment.
    public static var now: MicroTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return MicroTime(microseconds: time.tv_sec * 1_000_000 + time.tv_nsec / 1000)
    }

    /// RFC 3339 in UTC with exactly six digits of a second, `2026-01-31T23:59:59.000001Z`: with any other number of
    /// them the API server refuses the object.
    public var description: String {
        "\(wholeSeconds).\(Self.padded(microseconds % 1_000_000, 6))Z"
    }

    /// RFC 3339 in UTC with whole seconds, as Kubernetes' `Time` fields take it, such as those of conditions.
    public var seconds: String { "\(wholeSeconds)Z" }

    private var wholeSeconds: String {
        let day = date
        let second = microseconds / 1_000_000 % 86_400
        let time = [second / 3600, second / 60 % 60, second % 60].map { Self.padded($0, 2) }.joined(separator: ":")
        return "\(Self.padded(day.year, 4))-\(Self.padded(day.month, 2))-\(Self.padded(day.day, 2))T\(time)"
    }

    /// The proleptic Gregorian date of a day number, counted from 1 March of the year 0 so that leap days come last.
    private var date: (year: Int, month: Int, day: Int) {
        let days = microseconds / 86_400_000_000 + 719_468
        let era = days / 146_097
        let dayOfEra = days % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, day)
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
