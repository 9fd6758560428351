"""How long it takes to judge what follows from figures."""
