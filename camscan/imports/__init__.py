"""Evidence that others gathered: pasted answers and files of other tools become observations, by the same codecs."""
