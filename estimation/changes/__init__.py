"""Can a change be confirmed?  Changes of score, standing and rank, and how many interviews it takes to detect them."""
