"""One action on many rows of a list, in the background, with a result for each."""
