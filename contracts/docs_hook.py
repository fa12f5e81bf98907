"""Puts the AsyncAPI document among the site's files, for the page that shows it; mkdocs.yml names this as a hook."""

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

DOCUMENT = Path(__file__).with_name("asyncapi.yaml")


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    files.append(File.generated(config, "reference/asyncapi.yaml", abs_src_path=str(DOCUMENT)))
    return files
