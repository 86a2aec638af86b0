"""The pages: FastAPI over the data access, one module for each part of the dashboard."""

from fastapi import APIRouter

from shop_dashboard.pages import flagged, inbox, inventory, overview, purchases, seo, settings

router = APIRouter(include_in_schema=False)
for part in (overview, flagged, inbox, seo, inventory, purchases, settings):
    router.include_router(part.router)
