"""Codecs: bytes to fields and back, one protocol a file. Pure: no socket, no clock, no randomness, no verdict."""
