// DestinationModel
