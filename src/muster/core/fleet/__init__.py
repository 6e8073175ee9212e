"""The fleet: which agents there are, which are online, what they are asked to do."""
