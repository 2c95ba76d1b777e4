"""Two books: how fast (`speed`, `resolves`, `pooled`, `blocks`, `nation`) and how right (`answers`)."""
