/// How log lines look. The raw values are the names that the command lines and the chart use.
public enum LogFormat: String, CaseIterable, Sendable {
    /// One JSON object a line, for log collectors.
    case json
    /// One line of text, for people.
    case text
}
