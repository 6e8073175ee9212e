"""The vocabulary of the product: frozen values, one noun per file, no I/O."""
