"""A dealer's own words for products: kept when proposed, listed, taken away; staff see them."""
