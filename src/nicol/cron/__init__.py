"""Scheduled jobs behind an endpoint: `Cron` is an ASGI application that mounts in FastAPI and Starlette."""

from nicol.cron.application import Cron, Job

__all__ = ["Cron", "Job"]
