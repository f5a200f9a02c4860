"""A dealer's own words for products, each kept by one of its people."""
