"""The public surfaces, one package each: authorise, decode, call core, encode."""
