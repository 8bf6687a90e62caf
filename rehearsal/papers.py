"""Papers that are plainly made up, and PDF files for them."""

import random
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

HOW = ["Equivariant", "Topological", "Geometric", "Symmetry-aware", "Invariant", "Curved", "Sheaf-based", "Spectral"]
WHAT = [
    "world models", "grid cells", "transformers", "graph networks", "place codes", "diffusion models", "attention maps",
    "neural manifolds", "recurrent dynamics", "language embeddings", "convolutions on $SO(3)$", "latent flows",
]  # fmt: skip
WHY = [
    "learn faster from less", "explain the cortex", "keep their symmetry in noise", "bend without breaking",
    "share one representation", "find their own group", "walk on the torus $T^2$", "forget only what they may",
]  # fmt: skip
SENTENCES = [
    [
        "We ask which symmetries a network keeps when its data are rotated by $g \\in SO({n})$.",
        "Does training undo what an architecture promises? We rotate inputs by {n} degrees and look at every layer.",
        "It is open how much of a symmetry survives pruning; {what} are a case small enough to settle it.",
        "Animals generalise over views that they never saw, and we ask what {what} would need for it.",
    ],
    [
        "Our method learns {what} whose representation commutes with the action of a group $G$ of order {n}.",
        "Instead of building the group in, we let {what} discover its {n} generators from pairs of views.",
        "A small penalty on the commutator is enough to make {what} follow an unknown Lie algebra.",
        "We replace one layer by an average over orbits and keep the remaining parameters as they were.",
    ],
    [
        "On {n} recordings of neural activity the persistent homology of the population code shows a torus.",
        "In simulated cortex with {n} thousand cells, two loops and a void appear and stay through sleep.",
        "Across {n} sessions the barcodes agree between animals better than the tuning curves do.",
        "Shuffling spikes within {n} milliseconds destroys the ring, so it is no effect of the firing rates.",
    ],
    [
        "A bound of $O(\\sqrt{{{n}}})$ on the sample complexity follows from the curvature of the orbit space.",
        "The risk falls with the volume of the quotient, which for {n} samples explains most of the gain.",
        "We derive when augmenting {n} times is worth less than one equivariant layer.",
        "An information-theoretic argument gives a lower limit that no estimator of this class can pass.",
    ],
    [
        "We prove that every {how} layer is a convolution over a homogeneous space, and we measure what it costs.",
        "For compact groups the {how} construction is universal; for the affine one a counterexample is given.",
        "Stacking two {how} maps gains nothing unless a nonlinearity mixes the irreducible parts.",
        "The {how} parametrisation turns out to be unique up to a gauge, which we fix by a spanning tree.",
    ],
    [
        "Compared with {n} baselines the model needs a third of the data to reach the same accuracy.",
        "Ablations over {n} seeds put most of the effect down to the readout.",
        "Robustness to unseen poses rises by {n} per cent, while accuracy on upright images is unchanged.",
        "At {n} million parameters the advantage disappears, and we say why we think so.",
    ],
    [
        "The proof uses a sheaf Laplacian whose kernel holds the global sections of the network.",
        "Our main tool is a Morse function on the loss, whose critical sets are whole orbits.",
        "Key is a Fourier transform on the group, evaluated without ever writing down its characters.",
        "The argument goes through a discrete connection with small holonomy around each cycle.",
    ],
]
"""What a made-up abstract may say, each in several ways: papers that shared their sentences would look like copies."""
DISCLAIMER = "All of this is made up for a rehearsal, and no result should be believed."


@dataclass(frozen=True)
class MadeUpPaper:
    title: str
    abstract: str
    keywords: str


def make_up(chance: random.Random) -> MadeUpPaper:
    """One paper; the same for the same state of ``chance``."""
    how, what, why = chance.choice(HOW), chance.choice(WHAT), chance.choice(WHY)
    number = chance.randint(2, 64)
    picked = chance.sample(SENTENCES, 4)
    said = [ways[zlib.crc32(f"{how} {what} {why} {number} {ways[0]}".encode()) % len(ways)] for ways in picked]
    abstract = " ".join([one.format(n=number, what=what, how=how.lower()) for one in said] + [DISCLAIMER])
    return MadeUpPaper(f"{how} {what} {why}", abstract, f"{how.lower()}, {what.split(' $')[0]}, made up")


def make_pdf(title: str, lines: Sequence[str], pages: int = 4) -> bytes:
    """A small, valid PDF file of so many pages with the title and lines as text (Latin-1; other letters become ?)."""
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    objects.append(font)
    kids = []
    for page in range(pages):
        stream = zlib.compress(_page(title if page == 0 else f"Page {page + 1}", lines))
        content = len(objects) + 1
        objects.append(b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(stream), stream))
        kids.append(len(objects) + 1)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % content
        )
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (pages, b" ".join(b"%d 0 R" % kid for kid in kids))
    return _assemble(objects)


def _page(head: str, lines: Sequence[str]) -> bytes:
    rows = [b"BT /F1 14 Tf 72 720 Td (" + _escape(head[:80]) + b") Tj /F1 10 Tf"]
    rows += [b"0 -16 Td (" + _escape(line[:100]) + b") Tj" for line in lines[:38]]
    return b"\n".join([*rows, b"ET"])


def _escape(text: str) -> bytes:
    plain = text.encode("latin-1", "replace")
    return plain.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _assemble(objects: list[bytes]) -> bytes:
    out, offsets = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)
