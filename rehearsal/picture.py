"""A picture for the page of a made-up workshop: rosettes with the symmetries of the polygons."""

import io
import math

from PIL import Image, ImageDraw

WIDTH, HEIGHT, FINER = 1120, 336, 3
GROUND, LINE, BRIGHT = (36, 33, 98), (126, 123, 222), (226, 225, 252)
ORDERS = (3, 4, 5, 6, 8, 12)
STEPS = 240


def draw_banner() -> bytes:
    """The picture as PNG, always the same bytes."""
    size = (WIDTH * FINER, HEIGHT * FINER)
    picture = Image.new("RGB", size, GROUND)
    draw = ImageDraw.Draw(picture)
    step = size[0] / len(ORDERS)
    for place, order in enumerate(ORDERS):
        _rosette(draw, (step * (place + 0.5), size[1] / 2), size[1] * 0.4, order)
    stream = io.BytesIO()
    picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _rosette(draw: ImageDraw.ImageDraw, centre: tuple[float, float], radius: float, order: int) -> None:
    """Petals around a centre: turned by a part of the circle, or mirrored, they come to lie on themselves."""
    for petal in range(order):
        turn = 2 * math.pi * petal / order - math.pi / 2
        for width, colour, share in ((2, LINE, 1.0), (3, BRIGHT, 0.62)):
            draw.line(_petal(centre, radius * share, turn, order), fill=colour, width=width * FINER, joint="curve")


def _petal(centre: tuple[float, float], radius: float, turn: float, order: int) -> list[tuple[float, float]]:
    """One leaf from the centre outwards and back; the more there are, the narrower each is."""
    points = []
    for step in range(STEPS + 1):
        angle = math.pi * (step / STEPS - 0.5)
        length = radius * math.cos(angle)
        bearing = turn + angle * 2.2 / math.sqrt(order)
        points.append((centre[0] + length * math.cos(bearing), centre[1] + length * math.sin(bearing)))
    return points
