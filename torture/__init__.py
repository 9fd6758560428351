"""Whether anything is lost: kills at every named point and at random moments, many at once, a number that was deleted.

    python -m torture [--quick] [sqlite] [postgresql] [kills] [number] [crowd]

What is tortured is found, not listed: every use case of service/ that writes (service.store.permissions.PERMITTED).
"""
