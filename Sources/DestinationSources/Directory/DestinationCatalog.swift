internal import DestinationModel
internal import FileWatch
import ObjectModel

/// What is known of a destination directory. Pure: it is told what was found and answers what that changes.
struct DestinationCatalog {
    struct Entry {
        /// What was read last; `nil` to read it again in any case.
        var fingerprint: FileFingerprint?
        /// The last good content, which serves on while the file is bad.
        var resolved: ResolvedDestination?
        /// What is wrong with the file now.
        var findings: [DestinationFinding] = []
    }

    /// What an update did, for those who have to be told.
    struct Outcome {
        /// Destinations whose answer is another one than before.
        var changed: Set<DestinationKey> = []
        /// Faults that were not there before.
        var newFindings: [DestinationFinding] = []
        /// Files that were bad and are good now.
        var mended: [DestinationKey] = []
    }

    private let places: DestinationFolders
    private var entries: [DestinationKey: Entry] = [:]
    private var folders: Set<DestinationTree.Folder> = []
    private var folderFindings: [DestinationFinding] = []
    /// The folders that can't be read now.
    private var faults: [DestinationTree.Folder?: DestinationFinding] = [:]
    private var lastGeneration: UInt64 = 0

    init(of places: DestinationFolders) { self.places = places }

    var instances: [String] { Set(folders.map(\.instance)).sorted() }
    var keys: [DestinationKey] { Array(entries.keys) }

    /// Whether files that were there are missing from a listing.
    func lacksKnownFiles(_ tree: DestinationTree) -> Bool {
        entries.keys.contains { tree.files[$0] == nil && !isUnreadable($0, tree) }
    }

    /// Brings the catalog to what a listing shows, reading the files that differ.
    mutating func update(
        _ tree: DestinationTree,
        now: ContinuousClock.Instant,
        read: (DestinationKey) -> (DestinationFile.Content, FileFingerprint?)
    ) -> Outcome {
        var outcome = Outcome()
        let faults = (Array(tree.unreadable.values) + [tree.overflow].compactMap(\.self))
            .sorted { $0.description < $1.description }
        outcome.newFindings = faults.filter { !folderFindings.contains($0) }
        folderFindings = faults
        self.faults = tree.unreadable
        // A folder that can't be read now is not gone.
        folders = tree.folders.union(folders.filter { isUnreadable($0.instance, $0.tenant, tree) })
        for key in entries.keys where tree.files[key] == nil && !isUnreadable(key, tree) {
            entries[key] = nil
            outcome.changed.insert(key)
        }
        for (key, fingerprint) in tree.files where fingerprint != entries[key]?.fingerprint || entries[key] == nil {
            let (content, fingerprint) = read(key)
            take(content, fingerprint, key, now, &outcome)
        }
        return outcome
    }

    private mutating func take(
        _ content: DestinationFile.Content,
        _ fingerprint: FileFingerprint?,
        _ key: DestinationKey,
        _ now: ContinuousClock.Instant,
        _ outcome: inout Outcome
    ) {
        var entry = entries[key] ?? Entry()
        let isNew = entries[key] == nil
        entry.fingerprint = fingerprint
        switch content {
        case .gone:
            // The next listing will say so too, or show what has come instead.
            return
        case .bad(let findings):
            if findings != entry.findings { outcome.newFindings += findings }
            // Where nothing good serves on, another fault is another answer.
            if isNew || (entry.resolved == nil && findings != entry.findings) { outcome.changed.insert(key) }
            entry.findings = findings
        case .good(let destination):
            if !entry.findings.isEmpty { outcome.mended.append(key) }
            if entry.resolved?.destination != destination {
                lastGeneration += 1
                outcome.changed.insert(key)
            }
            entry.findings = []
            let generation = entry.resolved.flatMap { $0.destination == destination ? $0.generation : nil }
            entry.resolved = ResolvedDestination(
                destination: destination,
                generation: generation ?? DestinationGeneration(lastGeneration),
                fetchedAt: now,
                origin: places.origin(key.instance)
            )
        }
        entries[key] = entry
    }

    /// Looks a destination up. With a tenant only that tenant's folder counts: there is no falling back to the
    /// provider's file, whose login is not the tenant's.
    func resolve(_ reference: DestinationReference) throws(DestinationLookupError) -> ResolvedDestination {
        guard let entry = entries[DestinationKey(reference)] else {
            if let fault = faults[.init(instance: reference.instance)]
                ?? faults[.init(instance: reference.instance, tenant: reference.tenant)]
            {
                throw DestinationLookupError(
                    .serviceUnavailable,
                    reference,
                    detail: fault.description,
                    origin: places.origin(reference.instance)
                )
            }
            guard folders.contains(.init(instance: reference.instance)) else {
                throw DestinationLookupError(.noSuchInstance, reference)
            }
            guard folders.contains(.init(instance: reference.instance, tenant: reference.tenant)) else {
                throw DestinationLookupError(.noSuchTenant, reference)
            }
            throw DestinationLookupError(.noSuchDestination, reference)
        }
        if let fragment = reference.fragment, !fragment.isOptional {
            throw DestinationLookupError(.noSuchFragment, reference)
        }
        guard let resolved = entry.resolved else {
            throw DestinationLookupError(.malformed, reference, findings: entry.findings)
        }
        return resolved
    }

    /// Everything that is wrong at present.
    var findings: [DestinationFinding] {
        (folderFindings + entries.values.flatMap(\.findings)).sorted { $0.description < $1.description }
    }

    private func isUnreadable(_ key: DestinationKey, _ tree: DestinationTree) -> Bool {
        isUnreadable(key.instance, key.tenant, tree)
    }

    private func isUnreadable(_ instance: String, _ tenant: String?, _ tree: DestinationTree) -> Bool {
        !tree.unreadable.isEmpty
            && (tree.unreadable[nil] != nil || tree.unreadable[.init(instance: instance)] != nil
                || tree.unreadable[.init(instance: instance, tenant: tenant)] != nil)
    }
}
