"""Pictures that organizers upload for everybody to see: read with suspicion, and drawn anew.

What is stored is never what was uploaded: the pixels are copied onto a clean picture and encoded again, so that nothing
else (metadata, a second file behind the picture, scripts of an SVG) comes along.
"""

import hashlib
import io
import warnings
from dataclasses import dataclass
from typing import IO

from PIL import Image, ImageOps

MOST_BYTES = 2 * 1024 * 1024
MOST_PIXELS = 24_000_000
WIDEST, HIGHEST = 1600, 1000  # larger pictures are made smaller
NARROWEST, LOWEST = 400, 100
FORMATS = ("PNG", "JPEG", "WEBP")
CONTENT_TYPE = "image/webp"
MANY_COLOURS = {"RGB", "L", "1", "CMYK", "YCbCr"}

TOO_LARGE = "The picture has {size:.1f} MB; at most 2 MB fit. Make it smaller, or save it as JPEG."
UNREADABLE = "This is no picture that can be read. Save it as PNG, JPEG or WebP and choose it again."
TOO_MANY = "The picture has {width} × {height} pixels, which is more than can be handled. 1600 × 640 is plenty."
TOO_SMALL = (
    "The picture has {width} × {height} pixels; it must have at least 400 × 100 to look well. 1600 × 640 is best."
)
MOVING = "The picture moves. Choose one that stands still."


class BadPicture(ValueError):
    """The picture cannot be taken; the sentence says why and how to mend it."""


@dataclass(frozen=True)
class Banner:
    """A picture as it is stored: its bytes, its size, and a name made of its hash."""

    content: bytes
    width: int
    height: int

    @property
    def name(self) -> str:
        return banner_name(self.content)


def banner_name(content: bytes) -> str:
    """Where these bytes are stored: a name always means the same picture."""
    return f"banners/{hashlib.sha256(content).hexdigest()}.webp"


def redrawn(upload: IO[bytes], size: int | None) -> Banner:
    """The uploaded picture, drawn anew. ``size`` is how many bytes it is said to have. Raises BadPicture."""
    content = upload.read(MOST_BYTES + 1)
    if max(size or 0, len(content)) > MOST_BYTES:
        raise BadPicture(TOO_LARGE.format(size=max(size or 0, len(content)) / 1024 / 1024))
    try:
        with warnings.catch_warnings():
            # a suspiciously large picture is judged by MOST_PIXELS, before a pixel of it is unpacked
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=FORMATS)
            _check(picture)
            return _encoded(_clean(picture))
    except BadPicture:
        raise
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise BadPicture(UNREADABLE) from error


def _check(picture: Image.Image) -> None:
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise BadPicture(TOO_MANY.format(width=width, height=height))
    if width < NARROWEST or height < LOWEST:
        raise BadPicture(TOO_SMALL.format(width=width, height=height))
    if getattr(picture, "n_frames", 1) > 1:
        raise BadPicture(MOVING)


def _clean(picture: Image.Image) -> Image.Image:
    """The pixels alone, the right way up, no larger than is shown."""
    upright = ImageOps.exif_transpose(picture)
    plain = upright.convert("RGB" if _is_opaque(upright) else "RGBA")
    plain.thumbnail((WIDEST, HIGHEST), Image.Resampling.LANCZOS)
    clean = Image.new(plain.mode, plain.size)
    clean.paste(plain)
    return clean


def _is_opaque(picture: Image.Image) -> bool:
    return picture.mode in MANY_COLOURS and "transparency" not in picture.info


def _encoded(picture: Image.Image) -> Banner:
    stream = io.BytesIO()
    picture.save(stream, "WEBP", quality=85, method=4)
    return Banner(stream.getvalue(), *picture.size)
