internal import HTTPTransport

/// How long a server wants to be left alone (RFC 9110 §10.2.3).
enum RetryAfter {
    /// Nobody is left alone for longer than this: a mistake there must not stop the mail here.
    static let longest = 300

    /// What an answer asks for; nil where it says nothing that makes sense.
    static func duration(_ response: HTTPResponse) -> Duration? {
        guard let text = response.headers["Retry-After"] else { return nil }
        if let seconds = Double(text), seconds.isFinite { return bounded(seconds) }
        // A date: measured by the server's own clock, as ours may differ.
        guard let date = seconds(text), let now = response.headers["Date"].flatMap(seconds) else { return nil }
        return bounded(Double(date) - Double(now))
    }

    private static func bounded(_ seconds: Double) -> Duration { .seconds(min(max(seconds, 0), Double(longest))) }

    /// Seconds since some day of a date as in `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
    private static func seconds(_ text: String) -> Int? {
        let words = text.split(separator: " ")
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard words.count == 6, words[5] == "GMT", let month = months.firstIndex(of: String(words[2])),
            let day = number(words[1], 1...31), let year = number(words[3], 1970...9999)
        else { return nil }
        let time = words[4].split(separator: ":")
        guard time.count == 3, let hours = number(time[0], 0...23), let minutes = number(time[1], 0...59),
            let seconds = number(time[2], 0...60)
        else { return nil }
        // Years that begin in March end with the leap day, so that no month's length depends on the year.
        let years = month < 2 ? year - 1 : year
        let days = years * 365 + years / 4 - years / 100 + years / 400 + ((month + 10) % 12 * 153 + 2) / 5 + day
        return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    }

    private static func number(_ text: Substring, _ range: ClosedRange<Int>) -> Int? {
        guard text.count <= 4, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text).flatMap { range.contains($0) ? $0 : nil }
    }
}
