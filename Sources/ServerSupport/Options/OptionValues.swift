public import ArgumentParser
public import Logging
public import Telemetry

extension LogFormat: ExpressibleByArgument {}

extension Logger.Level: @retroactive ExpressibleByArgument {}
