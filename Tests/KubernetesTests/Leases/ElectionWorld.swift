import ObjectModel
import TestSupport

@testable import Kubernetes

/// Candidates and an API server in which everything goes wrong at random: requests are lost on the way there or back,
/// answers come late, and candidates are stopped for a while.
struct ElectionWorld {
    private struct Candidate {
        var machine: ElectionMachine
        /// An answer on its way: when it comes, and what it does.
        var answer: (at: ContinuousClock.Instant, deliver: (inout ElectionMachine, ContinuousClock.Instant) -> Void)?
        var stoppedUntil: ContinuousClock.Instant
        /// Until when its work can go on: it heeds its deadline by its own clock.
        var leadsUntil: ContinuousClock.Instant?
    }

    private(set) var reigns = 0
    /// How often two led at once.
    private(set) var conflicts = 0
    private var now = ContinuousClock.now
    private let start: ContinuousClock.Instant
    private var stored: (object: ObjectValue, version: Int)?
    private var versions = 0
    private var candidates: [Candidate]
    private var generator: SeededGenerator

    init(seed: UInt64, candidates count: Int) {
        generator = SeededGenerator(seed: seed)
        let start = now
        self.start = start
        candidates = (0..<count).map { number in
            Candidate(
                machine: ElectionMachine(
                    identity: "c\(number)",
                    lease: Lease(namespace: "n", name: "l"),
                    timing: ElectionTiming(),
                    now: start
                ),
                stoppedUntil: start
            )
        }
    }

    mutating func step() {
        now += .milliseconds(Int.random(in: 1...900, using: &generator))
        // Who leads until when is settled before this moment's actions.
        let leaders = candidates.filter { $0.leadsUntil.map { $0 > now } ?? false }
        if leaders.count > 1 { conflicts += 1 }
        for index in candidates.indices { act(index) }
    }

    /// The wall clock that renewals are stamped with.
    private var time: MicroTime { MicroTime(microseconds: Int((now - start) / .microseconds(1))) }

    private mutating func act(_ index: Int) {
        guard candidates[index].stoppedUntil <= now else { return }
        if chance(1, in: 60) {
            candidates[index].stoppedUntil = now + .seconds(Int.random(in: 1...40, using: &generator))
            return
        }
        let wasLeading = candidates[index].machine.held != nil
        if let answer = candidates[index].answer {
            guard answer.at <= now else {
                expire(index)
                return
            }
            candidates[index].answer = nil
            answer.deliver(&candidates[index].machine, now)
        } else {
            perform(candidates[index].machine.next(now: now, time: time), index)
        }
        let deadline = candidates[index].machine.deadline
        if deadline != nil, !wasLeading { reigns += 1 }
        candidates[index].leadsUntil = deadline
    }

    /// The runner ends a call that lasts beyond the deadline.
    private mutating func expire(_ index: Int) {
        guard let deadline = candidates[index].machine.deadline, deadline <= now else { return }
        candidates[index].answer = nil
        _ = candidates[index].machine.next(now: now, time: time)
        candidates[index].leadsUntil = nil
    }

    private mutating func perform(_ action: ElectionMachine.Action, _ index: Int) {
        switch action {
        case .wait: break
        case .read:
            guard !chance(1, in: 8) else {
                answer(index) { machine, now in
                    var generator = SystemRandomNumberGenerator()
                    machine.readFailed(now: now, using: &generator)
                }
                return
            }
            let lease = stored.map { Lease($0.object) }
            answer(index) { machine, now in
                var generator = SystemRandomNumberGenerator()
                machine.read(lease, now: now, using: &generator)
            }
        case .create(let lease): write(lease, replacing: nil, index)
        case .replace(let lease): write(lease, replacing: Int(lease.object.metadata.resourceVersion), index)
        }
    }

    private mutating func write(_ lease: Lease, replacing version: Int?, _ index: Int) {
        let begun = now
        var outcome: Result<Lease, KubernetesError>
        if chance(1, in: 8) {
            outcome = .failure(KubernetesError(.unreachable, ""))
        } else if stored?.version != version {
            outcome = .failure(KubernetesError(version == nil ? .alreadyExists : .conflict, ""))
        } else {
            versions += 1
            var members = lease.object.objectValue ?? [:]
            var metadata = members["metadata"]?.objectValue ?? [:]
            metadata["resourceVersion"] = .string(String(versions))
            members["metadata"] = .object(metadata)
            stored = (.object(members), versions)
            outcome = .success(Lease(.object(members)))
        }
        // Done, and nobody hears of it.
        if chance(1, in: 8) { outcome = .failure(KubernetesError(.timeout, "")) }
        answer(index) { [outcome] machine, now in
            var generator = SystemRandomNumberGenerator()
            switch outcome {
            case .success(let lease): machine.wrote(lease, begun: begun, now: now)
            case .failure(let error): machine.writeFailed(error.code, now: now, using: &generator)
            }
        }
    }

    private mutating func answer(
        _ index: Int,
        _ deliver: @escaping (inout ElectionMachine, ContinuousClock.Instant) -> Void
    ) {
        let delay = Duration.milliseconds(Int.random(in: 0...(chance(1, in: 10) ? 20_000 : 300), using: &generator))
        candidates[index].answer = (now + delay, deliver)
    }

    private mutating func chance(_ count: Int, in total: Int) -> Bool {
        Int.random(in: 0..<total, using: &generator) < count
    }
}
