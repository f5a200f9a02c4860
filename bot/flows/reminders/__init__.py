"""What a person is told by itself: which topics, in which hours, and that they have seen an alert."""
