"""The lists of names that ship, and the script that writes them."""
