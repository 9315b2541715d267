"""What commands give: the result, where it goes, what is said beside it, and the exit code."""
