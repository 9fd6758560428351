"""Bulletins in words: which sentences, tables and pictures a notice, a report, a brief and a slide consist of."""
