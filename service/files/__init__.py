"""Files: how large they may be, how they are read as cells, and how tables are written for people to open."""
