"""What became of what was understood: lines corrected after they were read back, and words whose meaning was chosen."""
