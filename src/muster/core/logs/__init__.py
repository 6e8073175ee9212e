"""Log rows: how they are stored, asked for and watched."""
