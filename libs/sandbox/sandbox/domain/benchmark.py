"""GET /business/benchmark/: how the accounts of a business category do on average (fact sheet A6)."""

from math import exp

from sandbox.domain import chance
from sandbox.domain.wire import Json

CATEGORIES = (
    "ART_AND_CRAFTS",
    "AUTOMOTIVE_AND_TRANSPORTATION",
    "BABY",
    "BEAUTY",
    "CLOTHING_AND_ACCESSORIES",
    "EDUCATION_AND_TRAINING",
    "ELECTRONICS",
    "FINANCE_AND_INVESTING",
    "FOOD_AND_BEVERAGE",
    "GAMING",
    "HEALTH_AND_WELLNESS",
    "HOME_FURNITURE_AND_APPLIANCES",
    "MACHINERY_AND_EQUIPMENT",
    "MEDIA_AND_ENTERTAINMENT",
    "OTHERS",
    "PERSONAL_BLOG",
    "PETS",
    "PROFESSIONAL_SERVICES",
    "PUBLIC_ADMINISTRATION",
    "REAL_ESTATE",
    "RESTAURANTS_AND_BARS",
    "SHOPPING_AND_RETAIL",
    "SOFTWARE_AND_APPS",
    "SPORTS_FITNESS_AND_OUTDOORS",
    "TRAVEL_AND_TOURISM",
)
# A category is worked out anew this often.
RENEWED_EVERY_DAYS = 7


def answer(seed: int, category: str, *, day: int) -> Json:
    """Averages are not whole numbers; they move a little from week to week."""
    who = chance.uniforms(seed, "benchmark", category)
    week = chance.uniforms(seed, "benchmark", category, day // RENEWED_EVERY_DAYS)
    views = 30_000 * exp(0.8 * chance.normal(who[0])) * chance.between(week[0], 0.97, 1.03)
    likes, comments, shares = (
        views * chance.between(draw, *span)
        for draw, span in zip(who[1:4], ((0.03, 0.09), (0.0006, 0.002), (0.001, 0.006)), strict=True)
    )
    followers = 60_000 * exp(0.7 * chance.normal(who[4])) * chance.between(week[1], 0.99, 1.01)
    return {
        "business_category": category,
        "average_likes": round(likes, 4),
        "average_comments": round(comments, 4),
        "average_shares": round(shares, 4),
        "average_video_count": round(chance.between(who[5], 40, 320), 4),
        "average_follower_count": round(followers, 4),
        "average_follower_growth": round(followers * chance.between(week[2], 0.002, 0.03), 4),
        "average_engagement_rate": round((likes + comments + shares) / views, 4),
        "average_video_views": round(views, 4),
    }
