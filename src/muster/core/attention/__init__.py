"""What of the fleet and the server needs a person."""
