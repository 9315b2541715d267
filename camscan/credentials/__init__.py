"""Logins that the operator has enrolled: where they are kept, for which device they are meant, and how they are used.

This room alone makes answers to challenges; the net sends what it is handed here and knows no secret.
"""
