"""Imports of pasted answers and of other tools' files: they become observations, by the same codecs as in a scan."""
