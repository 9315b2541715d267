"""Texts: compared, worded, dated, and taken apart."""
