"""Rules over observations: load and check them, match them, say why."""
