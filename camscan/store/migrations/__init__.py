"""The numbered steps from an empty database to today's schema, one file each; see `camscan.store.migrate`.

A step that was released is never changed. A new one has the next number, and `schema.py` says what it leaves behind.
"""
