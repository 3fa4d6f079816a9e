import Testing

extension WithMailServers {
    /// `tproxy-relay run` with a real API server and real mail servers, without a manager.
    @Suite struct ClusterRelayTests {}
}
