"""The laptop's mailbox as a process: what it acknowledged is shown, also after it was killed."""

import asyncio
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

import httpx

from embedded import ports, readiness

MAIL = EmailMessage()
MAIL["From"], MAIL["To"], MAIL["Subject"] = "noreply@studio.test", "ada@example.test", "Välkommen <b>"
MAIL.set_content("Click: http://127.0.0.1:8080/reset?token=1\n")
MAIL.add_alternative("<p>Click <script>alert(1)</script></p>", subtype="html")


@contextmanager
def mailbox(folder: Path, chosen: dict[str, int]) -> Iterator[subprocess.Popen[bytes]]:
    listening = ["--port", str(chosen["http"]), "--smtp-port", str(chosen["smtp"])]
    process = subprocess.Popen([sys.executable, "-m", "embedded.mailbox", "--data", str(folder), *listening])
    try:
        asyncio.run(readiness.http(f"http://127.0.0.1:{chosen['http']}/readyz", 60))
        yield process
    finally:
        process.kill()
        process.wait(60)


def test_a_mail_is_shown_to_people_and_programs_and_outlives_a_kill(tmp_path: Path) -> None:
    chosen = ports.choose({"http": 0, "smtp": 0})
    with mailbox(tmp_path, chosen), smtplib.SMTP("127.0.0.1", chosen["smtp"]) as smtp:
        smtp.send_message(MAIL)
    with mailbox(tmp_path, chosen), httpx.Client(base_url=f"http://127.0.0.1:{chosen['http']}") as http:
        [mail] = http.get("/mails", params={"to": "ada@example.test"}).json()["mails"]
        assert (mail["subject"], mail["text"].strip()) == (
            MAIL["Subject"],
            "Click: http://127.0.0.1:8080/reset?token=1",
        )
        assert http.get("/mails", params={"to": "bob@example.test"}).json() == {"mails": []}
        page = http.get("/")
        assert "Välkommen &lt;b&gt;" in page.text
        shown = http.get(f"/mails/{mail['mail_id']}")
        assert "Click" in shown.text
        assert "sandbox" in shown.headers["content-security-policy"], "a mail's script does not run"
        for wrong in ("999", "..%2Flock", "x"):
            assert http.get(f"/mails/{wrong}").status_code == 404
