"""How right the fingerprints are: labelled answers, judged as a scan's are, against their labels."""
