"""Who may enter, and what is kept from view: people, keys, the vault, deletion."""
