"""The catalogue: products with their pack units and names, and which dealer may order what."""
