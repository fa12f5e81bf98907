"""The metrics: one row each. Adding one is all that answers, exports, menus and docs need.

A row stands where its column shall stand: the columns that several widgets share are in the rows' order.
"""

from common.catalog.metrics.clicks import CLICKS
from common.catalog.metrics.engagement import ENGAGEMENT
from common.catalog.metrics.followers import FOLLOWERS
from common.catalog.metrics.posts import POSTS
from common.catalog.metrics.rates import RATES
from common.catalog.metrics.visits import VISITS
from common.catalog.metrics.watching import WATCHING

METRICS = (*FOLLOWERS, *POSTS, *ENGAGEMENT, *RATES, *WATCHING, *VISITS, *CLICKS)
