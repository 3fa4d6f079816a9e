// DestinationSources
