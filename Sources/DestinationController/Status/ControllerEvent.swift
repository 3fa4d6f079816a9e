/// What the controller tells whoever counts.
public enum ControllerEvent: Hashable, Sendable {
    /// A Destination has been looked at, and all is as it should be; or something failed and is tried again.
    case reconciled(succeeded: Bool, duration: Duration)
    /// A write was carried out.
    case wrote(WrittenKind)
}

/// What the controller writes; the raw values are those of the metric's label.
public enum WrittenKind: String, Hashable, Sendable, CaseIterable {
    case relayService = "relay_service"
    case alias
    case networkPolicy = "network_policy"
    case status
    case event
}
