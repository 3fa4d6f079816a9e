// UpstreamPool
