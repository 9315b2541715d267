"""How programs write an answer down, one family a module: text in, the text that the device sent out."""
