"""What commands take: options, arguments, and what they mean; what is wrong with them, and what is meant."""
