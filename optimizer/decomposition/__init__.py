"""Price decomposition: districts whose schools share money or people, solved school by school at common prices."""
