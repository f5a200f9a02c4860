"""Small values everything else is made of: errors, money, time, ids."""
