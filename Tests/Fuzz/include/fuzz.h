// Nothing is offered.
