"""The only SQL: scans, append-only observations and the coverage ledger, in SQLite or on a database server.

`store.Store` is synchronous, `writer.Writer` feeds it from an event loop. Whoever only names one imports it for its
type alone: SQLAlchemy takes a quarter of a second to load.
"""
