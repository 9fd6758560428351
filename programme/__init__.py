"""A survey programme: one TOML file's bytes in, checked values out; pure."""
