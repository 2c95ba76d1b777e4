"""The question and the answer, in school words: districts, scenario trees, plans. No solver, no files."""
