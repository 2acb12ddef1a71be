"""Writers that convert a graph to each peer's own format."""
