"""From a sample plan to numbers to call: plan a wave, approve the plan, draw, and release."""
