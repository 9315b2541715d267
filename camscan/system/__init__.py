"""What this host gives every program: files, threads, interfaces, and the ways in which they fail."""
