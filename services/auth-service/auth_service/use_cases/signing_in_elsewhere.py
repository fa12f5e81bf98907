"""Signing in with an OpenID Connect provider: there and back in one browser, linked by a verified address only."""

from dataclasses import dataclass

from pydantic import SecretStr

from auth_service.domain.errors import InvalidInput, NobodyLinked, NotSignedIn, ProviderRefused, SecondFactorNeeded
from auth_service.domain.identity import User, normal_email
from auth_service.domain.limits import CODE
from auth_service.domain.provider import (
    ATTEMPT_LIFE,
    HalfProven,
    Identity,
    Provided,
    identity_id_of,
    new_attempt,
    nonce_of,
    verifier_of,
)
from auth_service.domain.record import fingerprint
from auth_service.ports import Secrets
from auth_service.ports_sign_in import Accounts, Attempts, HalfProofs, Identities, Provider
from auth_service.use_cases.signing_in import SignedIn, SigningIn
from common.runtime.clock import Clock

_OVER = "This sign-in is over; start it again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """`browser` goes into a cookie: whoever comes back must have it."""

    url: str
    browser: SecretStr


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningInElsewhere:
    """`name` is the provider's, as people know it."""

    name: str
    provider: Provider
    attempts: Attempts
    proofs: HalfProofs
    identities: Identities
    users: Accounts
    signing_in: SigningIn
    secrets: Secrets
    wall: Clock

    async def begin(self, *, fresh: bool = False) -> Begun:
        """`fresh`: the provider asks the person, whatever it remembers of them."""
        state, browser = self.secrets.new_secret(), self.secrets.new_secret()
        bound = {"nonce": nonce_of(browser), "verifier": verifier_of(browser)}
        url = await self.provider.authorize_url(state=state, fresh=fresh, **bound)
        await self.attempts.add(new_attempt(state=state, browser=browser, at=self.wall.now(), fresh=fresh))
        return Begun(url=url, browser=SecretStr(browser))

    async def came_back(self, *, state: str, code: str, browser: str, device: str) -> SignedIn:
        """`browser` is its cookie's. A state is good once, whatever comes of it.

        Raises `SecondFactorNeeded` where ours is on and the provider asked for none: `with_code` goes on from there.
        """
        attempt = await self.attempts.take(fingerprint(state))
        if attempt is None or not attempt.is_of(browser, self.wall.now()):
            raise ProviderRefused("The state is unknown, expired, or of another browser.")
        if not code:
            raise ProviderRefused("The provider came back without a code.")
        nonce, verifier = nonce_of(browser), verifier_of(browser)
        provided = await self.provider.provided(code=code, nonce=nonce, verifier=verifier)
        if not attempt.is_served(provided):
            raise ProviderRefused("The provider did not ask the person anew.")
        user = await self._user(provided)
        if not provided.has_second_factor and await self.signing_in.factors.is_on(user.user_id):
            await self.proofs.put(self._half(user, browser, fresh=attempt.fresh))
            raise SecondFactorNeeded
        return await self.signing_in.begin(user, device=device, proven=attempt.fresh)

    async def with_code(self, code: str, *, browser: str, device: str) -> SignedIn:
        """The rest of a sign-in: in the same browser, within ten minutes; a wrong code may be followed by another."""
        proof = await self.proofs.get(fingerprint(browser))
        if proof is None or self.wall.now() >= proof.expires_at:
            raise NotSignedIn(_OVER)
        await self.signing_in.limiting.require(CODE, str(proof.user_id))
        await self.signing_in.factors.require(proof.user_id, code)
        user = await self.users.get(proof.user_id)
        if user is None or await self.proofs.take(proof.browser_sha256) is None:
            raise NotSignedIn(_OVER)
        await self.signing_in.limiting.forget(CODE, str(proof.user_id))
        return await self.signing_in.begin(user, device=device, proven=proof.fresh)

    def _half(self, user: User, browser: str, *, fresh: bool) -> HalfProven:
        ends = self.wall.now() + ATTEMPT_LIFE
        return HalfProven(browser_sha256=fingerprint(browser), user_id=user.user_id, fresh=fresh, expires_at=ends)

    async def _user(self, provided: Provided) -> User:
        identity_id = identity_id_of(provided.issuer, provided.subject)
        known = await self.identities.get(identity_id)
        user = await self.users.get(known.user_id) if known else None
        return user or await self._linked(identity_id, provided)

    async def _linked(self, identity_id: str, provided: Provided) -> User:
        # An address that the provider did not check may be anybody's.
        user = await self._with_email(provided.email) if provided.email_verified else None
        if user is None:
            raise NobodyLinked("No user has this address, or the provider has not verified it.")
        now = self.wall.now()
        identity = Identity(identity_id=identity_id, issuer=provided.issuer, user_id=user.user_id, linked_at=now)
        await self.identities.add(identity)
        return user

    async def _with_email(self, email: str) -> User | None:
        try:
            return await self.users.by_email(normal_email(email))
        except InvalidInput:
            return None
