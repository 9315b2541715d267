"""This host, as its kernel shows it and as far as it lets this process go."""
