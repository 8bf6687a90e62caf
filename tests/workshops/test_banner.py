"""The picture of a workshop: what is taken, what is stored, and how it is served."""

import io
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from accounts.models import User
from audit.errors import Refused
from audit.models import Entry
from tests.factories import make_user
from tests.workshops.pictures import bomb, picture, png, text_bomb
from workshops.banners import BadPicture, redrawn
from workshops.models import Workshop
from workshops.services.banner import remove_banner, set_banner
from workshops.services.create import create_workshop

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="800" height="200"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>" + b" " * 2000

NO_PICTURES = {
    "svg": SVG,
    "html": HTML,
    "empty": b"",
    "pdf": b"%PDF-1.7\n",
    "cut off": picture()[:300],
    "gif": picture("GIF"),
    "bmp": picture("BMP"),
    "tiff": picture("TIFF"),
    "head alone": b"\x89PNG\r\n\x1a\n",
}


def read(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def taken(content: bytes) -> Image.Image:
    return read(redrawn(io.BytesIO(content), len(content)).content)


def exif(**values: object) -> bytes:
    made = Image.Exif()
    made[0x013B] = "CANARY-ARTIST"
    for key, value in values.items():
        made[int(key.removeprefix("tag"), 16)] = value
    return made.tobytes()


def stored(settings) -> list[Path]:
    return sorted(path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())


class TestWhatIsTaken:
    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
    def test_picture_becomes_webp_of_its_size(self, kind: str):
        made = taken(picture(kind))
        assert (made.format, made.size) == ("WEBP", (800, 200))

    @pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "1", "LA", "I;16"])
    def test_picture_of_any_mode_is_taken(self, mode: str):
        base = Image.new("RGBA", (800, 200), (20, 20, 90, 128))
        stream = io.BytesIO()
        source = Image.new("I;16", (800, 200)) if mode == "I;16" else base.convert(mode)
        source.save(stream, "PNG")
        assert taken(stream.getvalue()).size == (800, 200)

    def test_see_through_picture_stays_see_through(self):
        assert taken(picture("PNG", mode="RGBA")).mode == "RGBA"

    def test_cmyk_is_taken(self):
        assert taken(picture("JPEG", mode="CMYK")).mode == "RGB"

    def test_large_picture_is_made_smaller_in_proportion(self):
        assert taken(picture("JPEG", (4000, 1000))).size == (1600, 400)

    def test_turned_picture_stands_upright(self):
        assert taken(picture("JPEG", (400, 800), exif=exif(tag0x0112=6))).size == (800, 400)

    def test_nothing_but_pixels_comes_along(self):
        content = picture("JPEG", exif=exif()) + b"<script>CANARY-TAIL</script>"
        made = redrawn(io.BytesIO(content), len(content)).content
        assert b"CANARY" in content
        assert b"CANARY" not in made
        assert set(read(made).info) <= {"loop", "background", "timestamp", "duration"}


class TestWhatIsRefused:
    @pytest.mark.parametrize("content", NO_PICTURES.values(), ids=NO_PICTURES)
    def test_what_is_no_picture_of_ours(self, content: bytes):
        with pytest.raises(BadPicture, match="no picture that can be read"):
            redrawn(io.BytesIO(content), len(content))

    def test_bomb_is_refused_before_it_is_unpacked(self):
        with pytest.raises(BadPicture):
            redrawn(io.BytesIO(bomb()), len(bomb()))

    def test_many_pixels_are_named(self):
        content = png(6000, 5000, b"")
        with pytest.raises(BadPicture, match="6000 × 5000 pixels, which is more than can be handled"):
            redrawn(io.BytesIO(content), len(content))

    def test_bomb_in_a_comment_is_refused(self):
        with pytest.raises(BadPicture):
            redrawn(io.BytesIO(text_bomb()), len(text_bomb()))

    def test_twenty_megabytes_are_refused_after_two(self):
        stream = io.BytesIO(picture() + bytes(20 * 1024 * 1024))
        with pytest.raises(BadPicture, match=r"at most 2 MB fit"):
            redrawn(stream, None)
        assert stream.tell() == 2 * 1024 * 1024 + 1

    def test_said_size_alone_is_enough_to_refuse(self):
        stream = io.BytesIO(picture())
        with pytest.raises(BadPicture, match=r"The picture has 20\.0 MB; at most 2 MB fit"):
            redrawn(stream, 20 * 1024 * 1024)

    def test_stamp_is_too_small(self):
        with pytest.raises(BadPicture, match="40 × 40 pixels; it must have at least 400 × 100"):
            redrawn(io.BytesIO(picture(size=(40, 40))), None)

    def test_moving_picture_is_refused(self):
        stream = io.BytesIO()
        frames = [Image.new("RGB", (400, 100), colour) for colour in ("red", "blue")]
        frames[0].save(stream, "WEBP", save_all=True, append_images=frames[1:])
        with pytest.raises(BadPicture, match="moves"):
            redrawn(io.BytesIO(stream.getvalue()), None)


class TestService:
    def test_picture_is_stored_under_its_hash_and_written_down(self, workshop: Workshop, olga: User, settings):
        set_banner(workshop=workshop, by=olga, picture=picture())
        workshop.refresh_from_db()
        assert [path.name for path in stored(settings)] == [Path(workshop.banner.name).name]
        assert (workshop.banner_width, workshop.banner_height) == (800, 200)
        assert Entry.objects.filter(action="workshop.banner_changed", actor=olga).count() == 1

    def test_same_picture_again_changes_nothing(self, workshop: Workshop, olga: User, settings):
        for _ in range(2):
            set_banner(workshop=workshop, by=olga, picture=picture())
        assert len(stored(settings)) == 1
        assert Entry.objects.filter(action="workshop.banner_changed").count() == 1

    def test_bad_picture_leaves_the_good_one(self, workshop: Workshop, olga: User, settings):
        set_banner(workshop=workshop, by=olga, picture=picture())
        before = stored(settings)
        with pytest.raises(Refused) as refused:
            set_banner(workshop=workshop, by=olga, picture=SVG)
        assert refused.value.field == "banner"
        assert stored(settings) == before
        assert Workshop.objects.get(pk=workshop.pk).banner.name == workshop.banner.name

    def test_stranger_sets_and_removes_none(self, workshop: Workshop, zed: User):
        with pytest.raises(PermissionDenied):
            set_banner(workshop=workshop, by=zed, picture=picture())
        with pytest.raises(PermissionDenied):
            remove_banner(workshop=workshop, by=zed)


class TestServing:
    @pytest.fixture
    def address(self, workshop: Workshop) -> str:
        set_banner(workshop=workshop, by=None, picture=picture())
        return reverse("workshops:banner", args=[workshop.slug])

    def test_picture_is_served_as_a_picture_and_nothing_else(self, client: Client, address: str):
        response = client.get(address)
        assert read(response.getvalue()).format == "WEBP"
        assert response["Content-Type"] == "image/webp"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert response["Cache-Control"] == "public, max-age=3600"
        assert response["Content-Disposition"] == 'inline; filename="neurreps-2027.webp"'

    def test_picture_that_is_known_is_not_sent_again(self, client: Client, address: str):
        etag = client.get(address)["ETag"]
        again = client.get(address, headers={"If-None-Match": etag})
        assert (again.status_code, again.content) == (304, b"")

    def test_picture_of_an_unannounced_workshop_is_kept_by_no_cache(
        self, client: Client, address: str, workshop: Workshop, olga: User
    ):
        Workshop.objects.filter(pk=workshop.pk).update(published_at=None)
        assert client.get(address).status_code == 404
        client.force_login(olga)
        assert client.get(address)["Cache-Control"] == "private, no-cache"

    def test_workshop_without_a_picture_has_none(self, client: Client, workshop: Workshop):
        assert client.get(reverse("workshops:banner", args=[workshop.slug])).status_code == 404

    def test_picture_whose_file_is_gone_is_missing(self, client: Client, address: str, settings):
        stored(settings)[0].unlink()
        assert client.get(address).status_code == 404


class TestSettings:
    @pytest.fixture
    def page(self, client: Client, workshop: Workshop, olga: User) -> str:
        client.force_login(olga)
        return reverse("admin:workshops_workshop_change", args=[workshop.pk])

    def send(self, client: Client, page: str, **changes: object):
        form = client.get(page).context["adminform"].form
        values = {name: form[name].value() for name in form.fields if name not in ("new_banner", "remove_banner")}
        for inline in client.get(page).context["inline_admin_formsets"]:
            prefix = inline.formset.prefix
            values |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
        values = {name: value for name, value in values.items() if value is not None}
        return client.post(page, values | changes)

    def test_picture_is_uploaded_with_its_words(self, client: Client, page: str, workshop: Workshop):
        upload = SimpleUploadedFile("banner.png", picture(), "image/png")
        answer = self.send(client, page, new_banner=upload, banner_words="A rosette")
        assert answer.status_code == 302
        workshop.refresh_from_db()
        assert (workshop.banner.name != "", workshop.banner_words) == (True, "A rosette")

    @pytest.mark.parametrize("content", [SVG, HTML, bomb()], ids=["svg", "html", "bomb"])
    def test_hostile_picture_is_refused_at_its_field(
        self, client: Client, page: str, workshop: Workshop, content: bytes
    ):
        upload = SimpleUploadedFile("banner.png", content, "image/png")
        answer = self.send(client, page, new_banner=upload, banner_words="A rosette", venue="A hall")
        assert answer.status_code == 200
        assert list(answer.context["adminform"].form.errors) == ["new_banner"]
        assert 'value="A hall"' in answer.content.decode()
        workshop.refresh_from_db()
        assert (workshop.banner.name, workshop.venue) == ("", "")

    def test_picture_needs_words(self, client: Client, page: str):
        upload = SimpleUploadedFile("banner.png", picture(), "image/png")
        answer = self.send(client, page, new_banner=upload)
        assert list(answer.context["adminform"].form.errors) == ["banner_words"]

    def test_people_talks_and_links_are_added_changed_and_removed(self, client: Client, page: str, workshop: Workshop):
        new = {
            "public_organizers-TOTAL_FORMS": 1,
            "public_organizers-0-name": "Olga Example",
            "public_organizers-0-homepage": "https://olga.test/",
            "public_organizers-0-position": 0,
        }
        assert self.send(client, page, **new).status_code == 302
        row = workshop.public_organizers.get()
        there = new | {
            "public_organizers-INITIAL_FORMS": 1,
            "public_organizers-0-id": row.pk,
            "public_organizers-0-workshop": workshop.pk,
        }
        assert self.send(client, page, **there, **{"public_organizers-0-affiliation": "A place"}).status_code == 302
        assert workshop.public_organizers.get().affiliation == "A place"
        assert self.send(client, page, **there, **{"public_organizers-0-DELETE": "on"}).status_code == 302
        assert workshop.public_organizers.count() == 0
        verbs = Entry.objects.filter(action__startswith="settings.").order_by("pk").values_list("action", flat=True)
        assert [verb for verb in verbs if verb != "settings.changed"] == ["settings.added", "settings.removed"]

    def test_earlier_edition_of_others_stays_where_it_is_set(self, client: Client, page: str, workshop: Workshop):
        earlier = create_workshop(by=make_user("Elsa"), slug="earlier", name="Earlier", year=2026)
        hidden = create_workshop(by=make_user("Otto"), slug="hidden", name="Hidden", year=2026)
        Workshop.objects.filter(pk=workshop.pk).update(previous=earlier)
        choices = client.get(page).context["adminform"].form.fields["previous"].queryset
        assert (earlier in choices, hidden in choices) == (True, False)
        assert self.send(client, page, venue="A hall").status_code == 302
        workshop.refresh_from_db()
        assert (workshop.previous, workshop.venue) == (earlier, "A hall")

    def test_edition_cannot_come_before_itself(self, client: Client, page: str, workshop: Workshop, olga: User):
        older = create_workshop(by=olga, slug="older", name="Older", year=2026, previous=workshop)
        for wrong in (workshop, older):
            answer = self.send(client, page, previous=wrong.pk)
            assert list(answer.context["adminform"].form.errors) == ["previous"]

    def test_picture_is_removed(self, client: Client, page: str, workshop: Workshop):
        set_banner(workshop=workshop, by=None, picture=picture())
        assert self.send(client, page, remove_banner="on").status_code == 302
        workshop.refresh_from_db()
        assert (workshop.banner.name, workshop.banner_width) == ("", 0)
