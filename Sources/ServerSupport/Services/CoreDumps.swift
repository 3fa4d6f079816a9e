#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Images of this process's memory, which holds passwords, tokens and keys.
enum CoreDumps {
    /// Has the system write none, whatever becomes of the process, and lets nobody change that.
    static func forbid() {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        // Where it can't be had, the server is as good as without.
        _ = setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    }
}
