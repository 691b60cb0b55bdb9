"""One search across everything that a person may see."""
