"""What the product does, one noun per module, with the ports it needs declared beside it."""
