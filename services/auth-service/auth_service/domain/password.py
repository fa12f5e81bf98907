"""What a new password must be. The rules are NIST SP 800-63B's: long and not a guess; no rule about its characters."""

import re

from pydantic import SecretStr

from auth_service.domain.errors import InvalidInput

SHORTEST = 12
LONGEST = 128
FEWEST_DIFFERENT = 5
# What guessed passwords are built of, alone, together, or with figures around: from public lists of leaked passwords.
_COMMON_TEXT = """
abc abcd abcdef access account admin administrator adobe alexander amanda america andrea andrew angel angels anna
anthony apple april arsenal asdf asdfgh asdfghjkl ashley august austin autumn azerty babygirl baseball basketball
batman beach beautiful blue bonjour brandon buster butterfly changeme changeit charlie cheese chelsea chocolate
christian company computer cookie daniel david december default demo diamond digital doctor dolphin donald dragon
eagle edward elizabeth england eminem facebook family february fire flower football forever forget france freedom
friday friend friends fuckyou gateway george ginger google green guest hacker hannah hello hockey home hunter
iloveyou internet jackson january jasmine jennifer jessica jesus jordan joseph joshua july june justin killer king
let letmein liverpool login london love lovely lover maggie manager march maria martin master matrix matthew melissa
merlin michael michelle mickey minecraft monday money monkey mother mustang mypass myspace naruto nathan nicole
ninja november october orange pass passe passport passwd password passwords passwort patrick peanut pepper phoenix
player please pokemon princess purple q1w2e3r4t5 qazwsx qazwsxedc qwe qwer qwert qwerty qwertyui qwertyuiop rabbit
rainbow ranger red robert root samantha samsung saturday secret secure security september service shadow silver
sister snoopy soccer sophie spring starwars steven strong student summer sunday sunshine super superman support
sweet taylor temp temporary tennis test testing thomas thunder thursday tigger tiktok tinkerbell trustme trustno
tuesday user username valentina vanessa victoria wednesday welcome whatever william winner winter wizard xbox
yellow your zaq zaqwsx zxcvb zxcvbn zxcvbnm analytics i me my the is a it to in you we now new one no not and us
"""
_COMMON = frozenset(_COMMON_TEXT.split())
_LEET = str.maketrans("@4301!5$7", "aaeoiisst")


def require_good(password: SecretStr, *, email: str = "") -> None:
    """Raise `InvalidInput` with what is wrong; the text never quotes the password."""
    text = password.get_secret_value()
    if len(text) < SHORTEST:
        raise InvalidInput(f"The password is shorter than {SHORTEST} characters.")
    if len(text) > LONGEST:
        raise InvalidInput(f"The password is longer than {LONGEST} characters.")
    if len(set(text.casefold())) < FEWEST_DIFFERENT:
        raise InvalidInput(f"The password has fewer than {FEWEST_DIFFERENT} different characters.")
    if _is_common(text) or _is_of(text, email):
        raise InvalidInput("The password is among the first that are guessed; choose another, such as four odd words.")


def _is_common(text: str) -> bool:
    folded = text.casefold()
    # Figures that stand for letters are letters, but not those put before and after.
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", folded).translate(_LEET)
    forms = [re.sub(r"[\W\d_]", "", form) for form in (folded, core)]
    return any(_is_run(form) or _is_made_of_common(form) for form in forms) and not _is_phrase(folded)


def _is_phrase(folded: str) -> bool:
    """Four words or more are long, however common each is."""
    return len([word for word in re.split(r"[\W\d_]+", folded) if len(word) > 2]) >= 4


def _is_run(letters: str) -> bool:
    return len(letters) < FEWEST_DIFFERENT or letters in "abcdefghijklmnopqrstuvwxyz" * 2


def _is_made_of_common(letters: str) -> bool:
    """Whether it can be cut into common words."""
    reached = {0}
    for end in range(1, len(letters) + 1):
        if any(start in reached and letters[start:end] in _COMMON for start in range(end)):
            reached.add(end)
    return len(letters) in reached


def _is_of(text: str, email: str) -> bool:
    """Whether it is the person's own address with a little around."""
    name = email.partition("@")[0].casefold()
    return (
        len(name) >= FEWEST_DIFFERENT
        and len(re.sub(r"[^a-z]", "", text.casefold().replace(name, ""))) < 4
        and (name in text.casefold())
    )
