"""The ways in which people write down answers, one family a file: text in, fields of the codecs out."""
