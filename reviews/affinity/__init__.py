"""How well a paper fits what a reviewer knows, as plain Python with numpy and scikit-learn.

Nothing heavy is imported here; the worker and the command import ``reviews.affinity.words`` (TF-IDF) and
``reviews.affinity.sentences`` (a sentence model, where it is installed). See docs/algorithms/affinity.md.
"""
