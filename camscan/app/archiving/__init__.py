"""What becomes of a store beyond its scans: merged, exported, signed as evidence, or taken out of it."""
