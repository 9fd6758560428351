"""Made-up tables and sentences of bulletins, whose figures agree until one of them is given a slip."""
