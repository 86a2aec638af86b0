"""A transactional outbox: messages written with the data they tell of, and handed over later, in order, at least once."""

from nicol.outbox.relay import AsyncRelay, Relay
from nicol.outbox.retries import Retries
from nicol.outbox.turn import Turn

__all__ = ["AsyncRelay", "Relay", "Retries", "Turn"]
