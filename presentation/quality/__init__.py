"""The quality of fieldwork in words: who responded, what is conspicuous, who was listened to again."""
