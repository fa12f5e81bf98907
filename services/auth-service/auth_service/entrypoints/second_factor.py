"""The second factor: its state, turning it on in two steps, turning it off."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field, SecretStr

from auth_service.domain.audit import AuditAction
from auth_service.domain.identity import Person
from auth_service.domain.permissions import Action
from auth_service.entrypoints.bearer import Permitted
from auth_service.entrypoints.problems import documented
from auth_service.use_cases.second_factors import SecondFactorsOfUsers
from auth_service.use_cases.signing_in import SigningIn


class FactorState(BaseModel):
    enabled: bool
    recovery_codes_left: int


class EnrolmentRequest(BaseModel):
    password: SecretStr = Field(max_length=1024, description="Yours, once more.")


class EnrolmentAnswer(BaseModel):
    """Shown once."""

    secret: str
    otpauth_uri: str = Field(description="For the QR code that an authenticator reads.")


class Code(BaseModel):
    code: SecretStr = Field(max_length=64)


class RecoveryCodes(BaseModel):
    """Shown once; each is good once in place of a code."""

    recovery_codes: list[str]


_REFUSED = documented(401, 409, 422, 429, 503)


def second_factor_router(factors: SecondFactorsOfUsers, signing_in: SigningIn) -> APIRouter:
    router = APIRouter(prefix="/auth/v1/second-factor", tags=["sessions"], responses=_REFUSED)
    asking = Depends(Permitted(signing_in, Action.SEE_WORKSPACE))

    @router.get("", summary="Whether it is on", operation_id="secondFactor")
    async def state(person: Annotated[Person, asking]) -> FactorState:
        found = await factors.state(person)
        return FactorState(enabled=found.is_on, recovery_codes_left=found.recovery_codes_left)

    @router.post("", summary="Begin turning it on", operation_id="enrolSecondFactor", status_code=201)
    async def enrol(
        person: Annotated[Person, asking], request: EnrolmentRequest, response: Response
    ) -> EnrolmentAnswer:
        response.headers["Cache-Control"] = "no-store"
        begun = await factors.enrol(person, request.password)
        return EnrolmentAnswer(secret=begun.secret.get_secret_value(), otpauth_uri=begun.address.get_secret_value())

    @router.post("/confirm", summary="Turn it on with a first code", operation_id="confirmSecondFactor")
    async def confirm(person: Annotated[Person, asking], given: Code, response: Response) -> RecoveryCodes:
        response.headers["Cache-Control"] = "no-store"
        codes = await factors.confirm(person, given.code.get_secret_value())
        await signing_in.witness.saw(AuditAction.SECOND_FACTOR_CHANGED, person)
        return RecoveryCodes(recovery_codes=list(codes))

    @router.post("/disable", summary="Turn it off", operation_id="disableSecondFactor", status_code=204)
    async def disable(person: Annotated[Person, asking], given: Code) -> None:
        await factors.turn_off(person, given.code.get_secret_value())
        await signing_in.witness.saw(AuditAction.SECOND_FACTOR_CHANGED, person)

    return router
