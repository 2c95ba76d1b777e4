"""Thousands of districts or variants: jobs, chunks on disk, workers here or on a cluster."""
