"""The words of a notice from its template: one source for the app, the plain mail and the HTML mail."""

from pathlib import Path

from jinja2 import ChainableUndefined, Environment, FileSystemLoader, Template, select_autoescape

from auth_service.domain.notice import PLACES, Notice
from auth_service.ports_sign_in import Said

TEMPLATES = Path(__file__).with_name("templates")


class TemplateWords:
    """Templates are small files beside this one: `<kind>.txt` with the words, `layout.html` around them in a mail."""

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url
        # A value that the teller did not give has a general word in the template: a vague mail beats none.
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=select_autoescape(("html",)),
            undefined=ChainableUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def said(self, notice: Notice) -> Said:
        template = self._environment.get_template(f"{notice.kind}.txt")
        place = PLACES.get(notice.kind)
        return Said(
            subject=" ".join(_block(template, notice, "subject").split()),
            paragraphs=_paragraphs(_block(template, notice, "body")),
            action=" ".join(_block(template, notice, "action").split()),
            place=place,
            link=notice.link or (f"{self._public_url}{place}" if place else None),
        )

    def plain(self, said: Said) -> str:
        link = (f"{said.action}:\n{said.link}",) if said.link else ()
        return "\n\n".join((*said.paragraphs, *link, "-- \nTikTok Organic Analytics\n" + self._public_url)) + "\n"

    def html(self, said: Said) -> str:
        return self._environment.get_template("layout.html").render(said=said, public_url=self._public_url)


def _block(template: Template, notice: Notice, name: str) -> str:
    block = template.blocks.get(name)
    return "".join(block(template.new_context(dict(notice.values)))) if block else ""


def _paragraphs(text: str) -> tuple[str, ...]:
    """Between empty lines; one that a missing value left empty is none."""
    return tuple(filter(None, (" ".join(part.split()) for part in text.split("\n\n"))))
