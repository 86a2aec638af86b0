"""Nicol asked by the thousands: answers compared with an independent judge, and texts that nobody should write.

`python -m campaigns` lists them. Every campaign is seeded: the same command asks the same questions.
"""
