"""District folders and workbooks to models and back; schema, price books, importers of public data."""
