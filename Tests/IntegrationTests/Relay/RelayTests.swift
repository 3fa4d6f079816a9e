import Testing

extension WithMailServers {
    /// The relay as a whole: its binary between real clients and real servers.
    ///
    /// What counts is what the server stored and whose login it saw, not what the relay says.
    @Suite
    struct RelayTests {}
}
