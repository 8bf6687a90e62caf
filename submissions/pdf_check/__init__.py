"""Look at a file and make the reviewers' copy: ``python -m submissions.pdf_check PATH OUT < question > answer``.

Runs as a process of its own, with limits on memory, processor and file size, because a hostile file may do anything to
a parser. It knows no Django and no database. The question is JSON: ``kind`` ("paper" or "supplement"), ``name`` (of the
file), ``authors`` (each with ``given``, ``family``, ``email``, ``affiliation``) and ``domains`` (of their addresses).
The answer is JSON: ``pages``, and ``findings`` with ``code``, ``severity``, ``sure``, ``page`` and ``data``. A finding
of severity "error" means that the file is refused; then OUT is not written. The sentences for people are in
findings.py.

    outside.py     what can be seen without parsing
    content.py     one pass over the pages: text, pictures, hidden text, fonts, sizes
    references.py  where the references and the appendix begin
    identity.py    what may tell who wrote it
    people.py      how a name is found in a text
    extras.py      what does not belong into a paper
    copy.py        the reviewers' copy
    objects.py     reading what may be anything
    archive.py     supplements that are ZIP files
    within.py      what the files of an archive say of who made them
    repack.py      the reviewers' copy of an archive

Formats: ISO 32000-1, 7.5 (file structure), 9.4 (text), 12.5 (annotations), 12.6 (actions), 14.3 (metadata);
PKWARE's APPNOTE.TXT 6.3.10, 4.3 (file structure), 4.6.9 (names in UTF-8); ECMA-376-2 11 and OpenDocument 1.3 4.3 (who
made a document).
"""
