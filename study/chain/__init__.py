"""The whole chain simulated: from a list over calls and refusals to weights and intervals, beside the truth."""
