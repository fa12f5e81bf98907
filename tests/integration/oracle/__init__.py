"""The naive second opinion: what every widget must show, worked out from TikTok's answers alone.

Written from the design papers, never from the code it judges: it imports nothing of this repository.

    log        entries of the sandbox's log -> successful answers of collected accounts, oldest first
    contract   what a value of TikTok's contract can mean; anything else counts as not given
    cells      a value, and the observation it was taken from
    profile    answers -> the daily series of one account
    followers  the series, and the real-time totals -> followers and net per day (ADR 7)
    posts      answers -> last known values of each post
    growth     observations of a post -> daily growth of its counters (ADR 8)
    known      all of that for one account, and its lifecycle events and labels
    absence    whole listings -> posts that are gone, and back
    units      the rows that figures are made of: days of accounts, posts, days of posts
    measures   how figures of several rows become one, for every metric
    audience   what rests on breakdowns (ADR 9)
    columns    the columns of every widget
    widgets    accounts and a range -> the rows a widget must show
    compare    an answer's rows against these, as readable differences
    truth      final days against what happened
"""
