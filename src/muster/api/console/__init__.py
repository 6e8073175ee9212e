"""The web console: its pages, and the small API that only it uses."""
