"""Which facts and findings are told to whom, one module a noun; the words are in texts.*.yaml here."""
