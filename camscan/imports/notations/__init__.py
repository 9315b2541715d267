"""Notations in which programs show an answer: text in, the text that the device sent out."""
