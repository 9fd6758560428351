"""Responses: what people answered is checked, stored beside the call log, and becomes the wave of its sample."""
