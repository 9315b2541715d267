"""Readers of other tools' files, one module for each kind: a byte stream in, observations and a `Summary` out."""
