# SPDX-License-Identifier: Apache-2.0
"""The documents say what is there: commands, options, targets, variables, files, messages."""

import re
import subprocess

import pytest

from .conftest import PACK, ROOT

README = ROOT / "README.md"
PAGES = sorted(ROOT.glob("docs/*.md"))
COMMANDS = ROOT / "docs/commands.md"
PACK_PAGE = ROOT / "docs/elfmon-pack.md"
TROUBLESHOOTING = ROOT / "docs/troubleshooting.md"
FOLDERS = sorted(ROOT.glob("monitor/*/README.md"))
DOCUMENTS = [README, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *PAGES, *FOLDERS]
MAKEFILES = [ROOT / "Makefile", *ROOT.glob("*/*.mk"), *ROOT.glob("*/*/*.mk")]
SOURCES = [path for kind in ("*.c", "*.h") for path in ROOT.glob(f"*/**/{kind}")]
# Messages that the documents explain but others print: QEMU, seL4.
OF_OTHERS = {'failed to find romfile "efi-virtio.rom"', "can't add another cap"}
STRING = r'"((?:[^"\\]|\\.)*)"'

every_document = pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT))
)

README_LINES_MAX = 150


def section(document, title):
    """The lines of a document below the heading `title`."""
    pattern = rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)"
    return re.search(pattern, document.read_text(), re.M | re.S)[1]


def rows(document, title):
    """The cells of the tables of a section, without their headings."""
    for line in section(document, title).splitlines():
        if re.match(r"\| `|\| \w", line):
            yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def first_spans(document, title):
    """What the first cells of a section's tables name, as it is typed."""
    for first, *_ in rows(document, title):
        if first.startswith("`"):
            yield first.strip("`").replace(r"\|", "|")


def spans(text):
    """All inline code of a document."""
    unfenced = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    return re.findall(r"(?<!`)`([^`\n]+)`(?!`)", unfenced)


def code(text):
    """The same, and the lines of its indented blocks."""
    return spans(text) + re.findall(r"^(?:    |\$ )(.+)$", text, re.M)


def strings(text):
    """The string literals of a C source, adjacent ones joined."""
    for match in re.finditer(rf"(?:{STRING}(?:\s|PRI\w+)*)+", text):
        yield "".join(re.findall(STRING, match[0]))


# --- The tables of commands, options and messages


def test_commands_are_those_of_the_table():
    usages = []
    for name in re.findall(r"&cmd_(\w+),", (ROOT / "cmds/table.c").read_text()):
        text = (ROOT / f"cmds/{name}.c").read_text()
        literals = re.search(rf"\.usage =\s*((?:{STRING}\s*)+)", text)[1]
        usages.append("".join(re.findall(STRING, literals)))
    assert list(first_spans(COMMANDS, "Commands")) == usages


def test_options_are_those_of_the_help():
    done = subprocess.run([PACK, "--help"], check=True, capture_output=True, text=True)
    options = re.findall(r"^  (--\S+(?: \S+)?)  ", done.stdout, re.M)
    assert list(first_spans(PACK_PAGE, "Options")) == options
    usages = re.findall(r"^(?:usage:|) +(elfmon-pack .*)", done.stdout, re.M)
    assert usages == re.findall(r"^    (elfmon-pack .*)", section(PACK_PAGE, "Usage"), re.M)


def test_messages_are_those_that_are_printed():
    literals = [text for path in SOURCES for text in strings(path.read_text())]
    symptoms = [symptom for symptom, *_ in rows(TROUBLESHOOTING, "When it does not boot")]
    quoted = spans("\n".join(symptoms))
    ours = [message for message in quoted if message not in OF_OTHERS]
    missing = [message for message in ours if not any(message in text for text in literals)]
    assert len(ours) > 10 and missing == []


# --- The pages


def test_readme_is_short():
    assert len(README.read_text().splitlines()) <= README_LINES_MAX


def test_readme_leads_to_every_page():
    links = re.findall(r"\]\(([^)#]+)", README.read_text())
    assert PAGES and {f"docs/{page.name}" for page in PAGES} - set(links) == set()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.parent.name)
def test_folder_says_what_it_holds(folder):
    assert 5 <= len(folder.read_text().splitlines()) <= 15


def test_every_folder_of_the_monitor_has_a_readme():
    folders = {path for path in (ROOT / "monitor").iterdir() if path.is_dir()}
    assert len(folders) >= 6 and folders == {path.parent for path in FOLDERS}


# --- What is named in passing


def words_of_make(text):
    """The words behind `make` in a document's code."""
    for line in code(text):
        for call in re.findall(r"(?<![-\w/])make((?: +[^\s;&#]+)*)", line):
            yield from call.split()


@every_document
def test_targets_exist(document):
    phony = {
        word
        for path in MAKEFILES
        for line in re.findall(r"^\.PHONY:(.*)", path.read_text(), re.M)
        for word in line.split()
    }
    named = {word for word in words_of_make(document.read_text()) if re.fullmatch("[a-z-]+", word)}
    assert named <= phony


@every_document
def test_variables_exist(document):
    known = "".join(path.read_text() for path in [*MAKEFILES, ROOT / "host/deps.sh"])
    named = re.findall(r"\b([A-Z][A-Z0-9_]+)=", "\n".join(code(document.read_text())))
    assert [name for name in named if not re.search(rf"\b{name}\b", known)] == []


@every_document
def test_links_lead_somewhere(document):
    text = document.read_text()
    for link in re.findall(r"\]\(([^)]+)\)", text):
        path, _, anchor = link.partition("#")
        if "://" in link:
            continue
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), link
        headings = re.findall(r"^#+ (.*)", target.read_text(), re.M) if anchor else []
        anchors = [re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in headings]
        assert not anchor or anchor in anchors, link


@every_document
def test_paths_exist(document):
    tops = {path.name for path in ROOT.iterdir() if path.is_dir()} - {"build"}
    named = [span for span in spans(document.read_text()) if re.fullmatch(r"[\w.*/-]+", span)]
    paths = [span for span in named if span.partition("/")[0] in tops and "/" in span]
    patterns = [re.sub("NAME|_X", "*", path).rstrip("/") for path in paths]
    assert [path for path in patterns if not any(ROOT.glob(path))] == []


@every_document
def test_functions_are_in_the_files_that_are_named(document):
    for name, file in re.findall(r"`([a-z]\w+)` in \[?([\w.]+\.[chS])\b", document.read_text()):
        paths = [path for kind in "chS" for path in ROOT.glob(f"[!b]*/**/*.{kind}")]
        texts = [path.read_text() for path in paths if path.name == file]
        assert any(re.search(rf"\b{name}\b", text) for text in texts), f"{name} in {file}"


@every_document
def test_license_line(document):
    first, *_ = document.read_text().splitlines()
    assert first == "<!-- SPDX-License-Identifier: Apache-2.0 -->"
