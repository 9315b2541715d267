"""Parsers for answers that people copied as text, one module for each family: text in, fields of the codecs out."""
