"""The link between agents and the server: enrolment, check-in, batches."""
