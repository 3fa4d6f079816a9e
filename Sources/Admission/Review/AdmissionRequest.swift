import DestinationModel
import ObjectModel

/// What the API server asks: the `request` of an AdmissionReview (`admission.k8s.io/v1`).
struct AdmissionRequest {
    static let apiVersion = "admission.k8s.io/v1"
    static let kind = "AdmissionReview"

    enum Operation: String {
        case create = "CREATE"
        case update = "UPDATE"
        case delete = "DELETE"
        case connect = "CONNECT"
    }

    /// Names the question; the answer repeats it.
    let uid: String
    let operation: Operation
    let group: String
    let resource: String
    let subresource: String
    let namespace: String?
    let name: String?
    /// Who asked the API server; for the log.
    let user: String?
    let isDryRun: Bool
    /// The object as it would be stored.
    let object: ObjectValue
    /// The object as it is stored, of an update.
    let oldObject: ObjectValue

    /// Reads an AdmissionReview.
    ///
    /// - Throws: `MalformedReview` where it is none.
    init(_ review: ObjectValue) throws(MalformedReview) {
        guard review.objectValue != nil else { throw MalformedReview("the body is no JSON object") }
        guard review["apiVersion"] == .string(Self.apiVersion), review["kind"] == .string(Self.kind) else {
            throw MalformedReview("the body is no AdmissionReview of \(Self.apiVersion)")
        }
        guard let request = review["request"], request.objectValue != nil else {
            throw MalformedReview("the AdmissionReview has no request")
        }
        guard let uid = try Self.text(request, "uid"), !uid.isEmpty, uid.utf8.count <= 128 else {
            throw MalformedReview("request.uid must be a text of 1 to 128 bytes")
        }
        guard let operation = try Self.text(request, "operation").flatMap(Operation.init) else {
            throw MalformedReview("request.operation must be CREATE, UPDATE, DELETE or CONNECT")
        }
        guard let resource = request["resource"], resource.objectValue != nil,
            let plural = try Self.text(resource, "resource")
        else { throw MalformedReview("request.resource must name a resource") }
        self.uid = uid
        self.operation = operation
        self.group = try Self.text(resource, "group") ?? ""
        self.resource = plural
        self.subresource = try Self.text(request, "subResource") ?? ""
        self.namespace = try Self.text(request, "namespace").flatMap { $0.isEmpty ? nil : $0 }
        self.name = try Self.text(request, "name").flatMap { $0.isEmpty ? nil : $0 }
        self.user = try request["userInfo"].flatMap { info throws(MalformedReview) in try Self.text(info, "username") }
        self.isDryRun = request["dryRun"] == .bool(true)
        self.object = request["object"] ?? .null
        self.oldObject = request["oldObject"] ?? .null
        guard needsRules else { return }
        guard object.objectValue != nil else { throw MalformedReview("request.object must be an object") }
        guard operation != .update || oldObject.objectValue != nil else {
            throw MalformedReview("request.oldObject must be an object")
        }
    }

    /// Whether the rules have anything to say about it. Deleting is always allowed, and so is whatever happens to an
    /// object that is being deleted: nobody shall be kept from getting rid of a fault.
    var needsRules: Bool {
        guard group == DestinationResource.group, resource == "destinations", subresource.isEmpty else { return false }
        switch operation {
        case .create, .update: break
        case .delete, .connect: return false
        }
        switch object["metadata"]?["deletionTimestamp"] {
        case nil, .null: return true
        case .bool, .integer, .double, .string, .array, .object: return false
        }
    }

    /// A member that is a text, or not there.
    private static func text(_ object: ObjectValue, _ name: String) throws(MalformedReview) -> String? {
        switch object[name] {
        case nil, .null: return nil
        case .string(let text): return text
        case .bool, .integer, .double, .array, .object: throw MalformedReview("\(name) must be a text")
        }
    }
}

/// Why a body is no AdmissionReview. Quotes nothing of it.
struct MalformedReview: Error, Hashable, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
