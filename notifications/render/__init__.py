"""Pictures for chat: SVG templates drawn with the font beside them, so that Chinese is right wherever it runs."""
