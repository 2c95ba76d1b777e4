"""The local what-if page."""
