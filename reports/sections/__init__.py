"""The sections of the board report, one subject a file; each is a function of the story, or None where it has nothing to say."""
