"""The files of other tools, one kind a file: a stream in, observations and a count of what was not whole out."""
