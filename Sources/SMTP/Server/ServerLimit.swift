/// A limit of a server that a client has reached.
public enum ServerLimit: String, Hashable, Sendable, CaseIterable {
    /// Bytes in a command line.
    case commandLine = "command_line"
    /// Bytes in a message, declared or sent.
    case messageSize = "message_size"
    /// Bytes in a line of a message's text.
    case textLine = "text_line"
    /// Recipients of a message.
    case recipients
    /// Commands that were wrong.
    case errors
    /// Commands that do nothing.
    case idleCommands = "idle_commands"
    /// How long a client may be silent.
    case idleTime = "idle_time"
    /// How long a client may hold a session without using it while others wait for one.
    case stallTime = "stall_time"
    /// Bytes of replies that the client doesn't read.
    case unreadReplies = "unread_replies"
}
