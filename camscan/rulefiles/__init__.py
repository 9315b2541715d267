"""The files of rules and policies: where they lie, and their YAML as written."""
