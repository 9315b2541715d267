"""The only sockets: one dialer that keeps to scope, pace and budgets, and what is built on it."""
