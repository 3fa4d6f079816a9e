#if canImport(Glibc)
import Glibc
#endif

/// What libFuzzer calls, through C: the target that `TPROXY_FUZZ_TARGET` names, with one input.
@_cdecl("tproxy_fuzz")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    guard let name = getenv("TPROXY_FUZZ_TARGET"), let target = FuzzTarget(rawValue: String(cString: name)) else {
        fatalError("TPROXY_FUZZ_TARGET names no target: \(FuzzTarget.allCases.map(\.rawValue))")
    }
    do {
        try target.run(Array(UnsafeBufferPointer(start: start, count: count)))
    } catch {
        fatalError("\(error)")
    }
    return 0
}
