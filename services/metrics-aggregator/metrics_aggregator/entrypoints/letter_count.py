"""Keeping the number of waiting dead letters current, for whoever watches."""

import asyncio

from common.runtime.logs import logger
from metrics_aggregator.ports import DeadLetters, LetterGauge

LOOK_SECONDS = 10.0

_LOG = logger("letters")


async def count_letters(letters: DeadLetters, gauge: LetterGauge) -> None:
    """For ever. While Kafka cannot be asked, the last numbers stand."""
    while True:
        try:
            gauge.letters_wait(await letters.waiting())
        except Exception as error:
            _LOG.warning("the dead letters cannot be counted", error=f"{type(error).__name__}: {error}")
        await asyncio.sleep(LOOK_SECONDS)
