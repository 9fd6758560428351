"""Pictures of a whole league as rows and a sentence: ranks over time, tiles by group, and a funnel."""
