"""The naive second opinion: what four widgets must answer, worked out from TikTok's logged answers alone.

Written from the design papers, never from the code it judges: it imports nothing of this repository.

    log        entries of the sandbox's log -> successful answers of collected accounts, oldest first
    contract   what a value of TikTok's contract can mean; anything else counts as not given
    cells      a value, and the observation it was taken from
    profile    answers -> the daily series of one account
    followers  the series, and the real-time totals -> followers and net per day (ADR 7)
    posts      answers -> last known values of each post
    growth     observations of a post -> daily growth of its counters (ADR 8)
    widgets    accounts and a range -> the rows the query API must give
    compare    the API's rows against these, as readable differences
    truth      final days against what happened
"""
