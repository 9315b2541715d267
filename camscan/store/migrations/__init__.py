"""The numbered steps from the schema of the first release to today's, one file each; see `camscan.store.migrate`.

A step that was released is never changed. A new one has the next number, and `schema.py` says what it leaves behind:
a test takes every step from the first schema (tests/store/schema-0001.sql), and compares.
"""
