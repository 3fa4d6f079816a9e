internal import Kubernetes
internal import Logging
internal import ObjectModel
internal import RelayRoutes

/// Carries writes out, and takes what the API server answers into the memory.
///
/// Whatever exists is changed or deleted only as it was last seen, by UID and version: so nobody's change is overwritten,
/// and two managers who both think to lead don't undo each other's work.
struct ClusterWriter: Sendable {
    static let fieldManager = "tproxy-manager"

    let client: KubernetesClient
    let settings: ControllerSettings
    let memory: ControllerMemory
    let board: ControllerBoard

    /// Carries a write out.
    ///
    /// - Returns: What is in its way; `nil` where it is done or has to be planned anew.
    func perform(_ write: ControllerWrite) async -> WriteTroubles.Trouble? {
        let operation: Operation
        switch write {
        case .createClaim(let claim):
            defer { memory.giveBack(claim) }
            let service = settings.server.known(claim.service(in: settings.installNamespace))
            return await create(.services, service, .relayService)
        case .createPolicy(let policy):
            return await create(.policies, policy.object(in: settings.installNamespace), .networkPolicy)
        case .createAlias(let alias):
            return await create(.services, alias.object(settings), .alias)
        case .updateClaim(let observed, let claim):
            operation = Operation(
                .services,
                key(observed.name),
                observed.uid,
                .relayService,
                patch: observed.patch(to: claim, in: settings.installNamespace, server: settings.server)
            )
            // What takes its place is planned anew.
            if observed.isBeyondRepair { return await delete(operation, observed.resourceVersion) }
        case .updatePolicy(let observed, let policy):
            operation = Operation(
                .policies,
                key(observed.name),
                observed.uid,
                .networkPolicy,
                patch: policy.patch(of: observed)
            )
        case .updateAlias(let observed, let alias):
            operation = Operation(
                .services,
                alias.key,
                observed.uid,
                .alias,
                patch: alias.patch(of: observed, settings)
            )
        case .deleteClaim(let observed):
            operation = Operation(.services, key(observed.name), observed.uid, .relayService)
            return await delete(operation, observed.resourceVersion)
        case .deletePolicy(let observed):
            operation = Operation(.policies, key(observed.name), observed.uid, .networkPolicy)
            return await delete(operation, observed.resourceVersion)
        case .deleteAlias(let observed):
            operation = Operation(.services, observed.content.key, observed.uid, .alias)
            return await delete(operation, observed.resourceVersion)
        }
        return await update(operation)
    }

    /// A change of an object that is there.
    private struct Operation {
        let kind: WatchedKind
        let key: ObjectKey
        let uid: String
        let written: WrittenKind
        let patch: ObjectValue

        init(
            _ kind: WatchedKind,
            _ key: ObjectKey,
            _ uid: String,
            _ written: WrittenKind,
            patch: ObjectValue = .null
        ) {
            self.kind = kind
            self.key = key
            self.uid = uid
            self.written = written
            self.patch = patch
        }
    }

    private func key(_ name: String) -> ObjectKey { ObjectKey(namespace: settings.installNamespace, name: name) }

    private func create(
        _ kind: WatchedKind,
        _ object: ObjectValue,
        _ written: WrittenKind
    ) async -> WriteTroubles.Trouble? {
        do throws(KubernetesError) {
            let answer = try await client.create(kind.type, object, fieldManager: Self.fieldManager)
            board.tell(.wrote(written))
            memory.learned(answer, of: kind)
            return nil
        } catch {
            guard error.code == .alreadyExists else { return .failed(error.description) }
            return await look(at: object.metadata.key, kind, insteadOf: written == .alias ? object : nil)
        }
    }

    private func update(_ operation: Operation) async -> WriteTroubles.Trouble? {
        do throws(KubernetesError) {
            let answer = try await client.mergePatch(
                operation.kind.type,
                operation.key.name,
                in: operation.key.namespace,
                operation.patch,
                fieldManager: Self.fieldManager
            )
            board.tell(.wrote(operation.written))
            memory.learned(answer, of: operation.kind)
            return nil
        } catch {
            switch error.code {
            case .conflict:
                return await look(at: operation.key, operation.kind)
            case .notFound:
                memory.deleted(operation.key, uid: operation.uid, of: operation.kind)
                return nil
            case .invalid:
                // Some tampering can't be undone by a change.
                return await delete(operation, operation.patch.metadata.resourceVersion)
            default:
                return .failed(error.description)
            }
        }
    }

    private func delete(_ operation: Operation, _ resourceVersion: String) async -> WriteTroubles.Trouble? {
        do throws(KubernetesError) {
            let deletion = try await client.delete(
                operation.kind.type,
                operation.key.name,
                in: operation.key.namespace,
                uid: operation.uid,
                resourceVersion: resourceVersion
            )
            switch deletion {
            case .done:
                board.tell(.wrote(operation.written))
            case .pending(let object):
                board.tell(.wrote(operation.written))
                memory.learned(object, of: operation.kind)
                return .failed(Self.isKept(object))
            case .absent:
                break
            }
            memory.deleted(operation.key, uid: operation.uid, of: operation.kind)
            return nil
        } catch {
            guard error.code == .conflict else { return .failed(error.description) }
            return await look(at: operation.key, operation.kind)
        }
    }

    /// Sees what is there, so that it can be planned anew.
    ///
    /// - Parameter wanted: The alias that should have been made where that is.
    private func look(
        at key: ObjectKey,
        _ kind: WatchedKind,
        insteadOf wanted: ObjectValue? = nil
    ) async -> WriteTroubles.Trouble? {
        do throws(KubernetesError) {
            let found = try await client.get(kind.type, key.name, in: key.namespace)
            if found.metadata.isBeingDeleted {
                memory.learned(found, of: kind)
                return .failed(Self.isKept(found))
            }
            guard let wanted, Self.isForeign(found, insteadOf: wanted, settings) else {
                memory.learned(found, of: kind)
                return nil
            }
            guard Self.isOrphan(found, insteadOf: wanted) else { return .foreign }
            let answer = try await client.mergePatch(
                kind.type,
                key.name,
                in: key.namespace,
                Self.adoption(of: found, as: wanted),
                fieldManager: Self.fieldManager
            )
            board.tell(.wrote(.alias))
            memory.learned(answer, of: kind)
            return nil
        } catch {
            guard error.code == .notFound else { return .failed(error.description) }
            return nil
        }
    }

    private static func isKept(_ object: ObjectValue) -> String {
        let finalizers = object.metadata.finalizers.prefix(3).joined(separator: ", ")
        let name = "\(object["kind"]?.stringValue ?? "object") \(object.metadata.key)"
        return "\(name) is being deleted, and its finalizers keep it: \(finalizers)"
    }

    /// Whether a Service in an alias's place is neither that of the same Destination, nor of an earlier one of its name.
    static func isForeign(
        _ found: ObjectValue,
        insteadOf wanted: ObjectValue,
        _ settings: ControllerSettings
    ) -> Bool {
        guard let alias = ObservedAlias(found, settings), let owner = wanted.metadata.ownerReferences.first else {
            return true
        }
        return alias.content.resource != owner.name
    }

    /// Whether a Service is what should be made in all but the owner: somebody has taken that away.
    static func isOrphan(_ found: ObjectValue, insteadOf wanted: ObjectValue) -> Bool {
        let (mine, its) = (wanted.metadata, found.metadata)
        return its.ownerReferences.isEmpty && mine.labels.allSatisfy { its.labels[$0.key] == $0.value }
            && found["spec"]?["externalName"] == wanted["spec"]?["externalName"]
    }

    private static func adoption(of found: ObjectValue, as wanted: ObjectValue) -> ObjectValue {
        .object([
            "metadata": .object([
                "uid": .string(found.metadata.uid), "resourceVersion": .string(found.metadata.resourceVersion),
                "ownerReferences": wanted["metadata"]?["ownerReferences"] ?? .null,
            ])
        ])
    }
}
