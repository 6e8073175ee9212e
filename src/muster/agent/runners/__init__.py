"""What the server wants the agent to run, and what runs."""
