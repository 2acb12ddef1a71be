"""Writers of a graph in each peer's own format."""
