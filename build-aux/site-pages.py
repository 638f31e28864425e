# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Usage: site-pages.py OUTPUT GIR PAGE.md...
#
# Writes into the folder OUTPUT what the site is made of. The pages and the API's comments are written to be read as files, too,
# where pages link each other by the names of their files, and a clause is a letter and a number in parentheses. In the site,
# pages are *.html, and clauses link to what they say.

import pathlib
import re
import sys

CODE = re.compile(r"(^```.*?^```$|`[^`\n]+`)", re.MULTILINE | re.DOTALL)
CLAUSE = re.compile(r"^- ([A-Z][0-9]+[a-z]?) ", re.MULTILINE)
CITED = re.compile(r"(?<!\])\(([A-Z][0-9]+[a-z]?(?:(?:, |–|, and | and )[A-Z][0-9]+[a-z]?)*)\)")
NUMBER = re.compile(r"[A-Z][0-9]+[a-z]?")
DOC = re.compile(r"(<doc(?:-deprecated)? [^>]*>)(.*?)(</doc)", re.DOTALL)


def main(output, gir, *pages):
    pages = [pathlib.Path(page) for page in pages]
    names = {page.stem for page in pages}
    [semantics] = (page.read_text() for page in pages if page.stem == "semantics")
    known = set(CLAUSE.findall(semantics))
    assert len(known) > 50

    def link_number(number):
        return f"[{number.group()}](semantics.html#{number.group()})" if number.group() in known else number.group()

    def link_clauses(text):
        return CITED.sub(lambda cited: "(" + NUMBER.sub(link_number, cited.group(1)) + ")", text)

    def link_pages(text):
        return re.sub(r"\]\(([a-z-]+)\.md(#[^)]*)?\)", lambda m: f"]({m[1]}.html{m[2] or ''})" if m[1] in names else m[0], text)

    def outside_code(change, text):
        return "".join(part if number % 2 else change(part) for number, part in enumerate(CODE.split(text)))

    folder = pathlib.Path(output)
    folder.mkdir(exist_ok=True)
    for page in pages:
        text = outside_code(link_pages, page.read_text())
        if page.stem == "semantics":
            text = CLAUSE.sub(r'- <a id="\1"></a>\1 ', text)
        else:
            text = outside_code(link_clauses, text)
        (folder / page.name).write_text(text)
    text = pathlib.Path(gir).read_text()
    text = DOC.sub(lambda doc: doc[1] + outside_code(link_clauses, doc[2]) + doc[3], text)
    (folder / pathlib.Path(gir).name).write_text(text)


main(*sys.argv[1:])
