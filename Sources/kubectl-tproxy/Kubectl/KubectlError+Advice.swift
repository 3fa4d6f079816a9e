extension KubectlError {
    /// What happened and what to do, on one line.
    var advice: String {
        let words = description.split(separator: "\n").joined(separator: " ")
        return switch code {
        case .unknownKind:
            "the cluster doesn't know Destinations; install the product, beginning with its CRD (manifests/crd.yaml)"
        case .tooOld:
            "this kubectl is too old (\(words)); install \(Self.oldestKubectl) or a newer one, or name one in KUBECTL_PATH"
        case .unreachable:
            "\(words); see that the context is the right one: kubectl config get-contexts"
        case .configuration:
            "\(words); see what there is: kubectl config get-contexts"
        case .unauthorized:
            "the API server doesn't know you: \(words); log in anew, or see the kubeconfig's user: kubectl config view"
        case .forbidden:
            "\(words); ask an administrator for that right"
        case .notInstalled, .notFound, .alreadyExists, .conflict, .invalid, .timeout, .other:
            words
        }
    }

    /// The oldest kubectl that has every option which is passed to it.
    private static let oldestKubectl = "1.20"
}
