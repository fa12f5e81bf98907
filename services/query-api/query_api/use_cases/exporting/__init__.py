"""Exports: files of whole answers, streamed at once, made as jobs, or sent on a schedule."""
