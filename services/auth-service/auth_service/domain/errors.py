"""What can be refused, and why. The texts are for people: they never carry a secret."""

from datetime import timedelta


class AuthError(Exception):
    """Base of every refusal of this service."""


class SignInRefused(AuthError):
    def __init__(self) -> None:
        super().__init__("The e-mail address or the password is wrong.")


class NotSignedIn(AuthError):
    """The session is missing, expired, ended, or no longer a member's."""


class NotAllowed(AuthError):
    """Signed in, but the role does not permit this."""


class CallerRefused(AuthError):
    """A service's own token is missing or not good."""


class NotFound(AuthError):
    """Unknown here, or of another workspace, which is the same to whoever asks."""


class Busy(AuthError):
    """The same thing is being done by another request at this moment."""


class WorkspaceErased(AuthError):
    """An erasure of the whole workspace was asked for: nothing is connected to it any more."""

    def __init__(self) -> None:
        super().__init__("This workspace is being erased, or was: nothing is connected to it any more.")


class LastOwner(AuthError):
    """The workspace would be left without an owner."""


class TooMany(AuthError):
    """A limit is reached; the text names it."""


class InvitationUnusable(AuthError):
    """Unknown, used, revoked or expired: whoever asks learns no more."""

    def __init__(self) -> None:
        super().__init__("This invitation is used, revoked, expired or unknown; ask for a new one.")


class PasswordNeeded(AuthError):
    """Somebody new has to choose a password to join."""


class InvalidInput(AuthError):
    """A value that cannot be used; the text names it and what would do."""


class StateUnknown(AuthError):
    """The state of a callback was never given out, or was used before."""


class StateExpired(AuthError):
    """The state of a callback is older than its life."""


class ForeignBrowser(AuthError):
    """The callback came in another browser than the one that asked."""


class LinkEnded(AuthError):
    """The connect link was used, has expired or was taken back."""


class BusinessRequired(AuthError):
    """Only Business accounts may be connected here."""


class WebhookRefused(AuthError):
    """A webhook that is not TikTok's own, not fresh, or not what TikTok documents."""


class NotConnected(AuthError):
    """The account's connection has ended, so nothing can be asked of it."""


class ConsentDenied(AuthError):
    """The account's owner said no at TikTok."""


class AuthorizationLost(AuthError):
    """TikTok no longer accepts the consent; only its owner can give it again."""


class TikTokUnavailable(AuthError):
    """TikTok did not answer usefully; the same request may succeed later."""


class TikTokRefused(AuthError):
    """TikTok answered with an error code of its own."""

    def __init__(self, what: str, code: int) -> None:
        super().__init__(f"TikTok refused {what} with code {code}.")
        self.code = code


class StoreUnavailable(AuthError):
    """The database did not answer."""


class SecretUnreadable(AuthError):
    """A stored secret does not open: the key is not on the ring, or the record is not the one it was sealed for."""


class MailRefused(AuthError):
    """The mail server will never take this mail; the text says why, without the address."""


class MailUnavailable(AuthError):
    """The mail server cannot take the mail now."""


class TooManyTries(AuthError):
    """The same thing was tried too often; `wait` says how long to leave it."""

    def __init__(self, wait: timedelta) -> None:
        self.seconds = max(1, -int(-wait.total_seconds() // 1))
        super().__init__(f"This was tried too often; try again in {self.seconds} seconds.")


class SecondFactorNeeded(AuthError):
    """The password was right, and a code is needed too."""

    def __init__(self) -> None:
        super().__init__("Send the code of your authenticator, or a recovery code, too.")


class FreshSignInNeeded(AuthError):
    """What cannot be undone needs the password, or a sign-in at the provider a moment ago."""

    def __init__(self) -> None:
        super().__init__(
            "Send your password, or sign in with your provider once more and repeat this within 5 minutes."
        )


class CodeRefused(AuthError):
    """The code is wrong, or was used before."""

    def __init__(self) -> None:
        super().__init__("The code is wrong or was used before; wait for the next one.")


class ResetRefused(AuthError):
    """The token of a password reset is unknown, used or expired."""

    def __init__(self) -> None:
        super().__init__("The link was used, has expired, or is not whole; ask for a new one.")


class ProviderRefused(AuthError):
    """The sign-in at the provider cannot be used; the text says why, for the log."""


class ProviderUnavailable(AuthError):
    """The provider did not answer usefully."""


class NobodyLinked(AuthError):
    """The provider vouches for an address that no user here has."""


class EarlyAccessNeeded(AuthError):
    """The deployment lets only allow-listed accounts connect, and this one is not."""

    def __init__(self) -> None:
        super().__init__("This account has no early access yet. Request it on the page /early-access.")
