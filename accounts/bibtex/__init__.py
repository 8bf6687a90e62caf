"""BibTeX and LaTeX as people write them: blocks of a file, names, text as Unicode. Plain Python, no Django.

`text` is light; `blocks`, `latex` and `names` bring parsers along and are imported only where something is read.
"""
