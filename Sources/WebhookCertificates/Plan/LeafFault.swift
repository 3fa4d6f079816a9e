/// Why a serving certificate has to be replaced at once.
public enum LeafFault: String, Sendable, Hashable {
    case missing = "there is none, or it can't be read"
    case keyLost = "its private key is missing or another's"
    case wrongNames = "it isn't for the names of the Service"
    case notYetValid = "it isn't valid yet"
    case expired = "it has expired"
    case unknownIssuer = "no authority of ours signed it"
    case retiredIssuer = "an authority signed it that is about to be dropped"
}
