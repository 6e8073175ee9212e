"""A draft of a configuration held against lines, without an effect on anything that is stored."""
