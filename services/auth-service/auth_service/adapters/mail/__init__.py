"""Mail: the words of each notice, and the way to the mail server."""
