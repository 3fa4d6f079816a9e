// DestinationRules
