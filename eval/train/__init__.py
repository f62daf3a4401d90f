"""How the weights that are our own come to be: seeds, sets, training and the figures they are chosen by."""
