"""People who are plainly made up: family names that mean “example” somewhere, addresses under .test."""

import random
import re
from dataclasses import dataclass

from accounts.addresses import fold

GIVEN = (
    "Adaeze Björn Chiara Dũng Élise Farid Greta Haruka Iñaki Jürgen Kaori Łukasz Māra Nadia Ólafur Priya Quim Rosa "
    "Søren Tove Uri Vera Wanjiru Xochitl Yusuf Zoë Amal Bao Cem Dana Emeka Freya Gaël Hana Ilse Joon Kofi Lina Mehmet "
    "Noa Omar Petra Rafał Sana Théo Ulla Vikram Wen Yara Zsófia"
).split()
FAMILY = (
    "Example Beispiel Muster Exemple Ejemplo Esempio Exemplo Voorbeeld Przykład Příklad Esimerkki Eksempel Örnek Példa "
    "Exempel Primer Zgled Näide Piemērs Pavyzdys Shembull Contoh Mfano Rei Mẫu Specimen Sample Modell Probe Muestra"
).split()
PLACES = [
    ("Example University", "example-uni"), ("Sample Institute", "sample-institute"), ("Muster College", "muster"),
    ("Ejemplo Lab", "ejemplo"), ("Voorbeeld School", "voorbeeld"), ("Örnek Research", "ornek"),
    ("Primer Academy", "primer"), ("Specimen Centre", "specimen"), ("Contoh Campus", "contoh"),
    ("Mfano Institute", "mfano"),
]  # fmt: skip
BRANCHES = 40  # so that two people share an institution now and then, and not all the time


@dataclass(frozen=True)
class Persona:
    given: str
    family: str
    email: str
    institution: str
    domain: str


class Crowd:
    """Makes up as many people as are asked for, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(f"people {seed}")
        self.made = 0

    def persona(self) -> Persona:
        self.made += 1
        given, family = self.random.choice(GIVEN), self.random.choice(FAMILY)
        institution, domain = _place(self.random)
        return Persona(given, family, f"{slug(given)}.{slug(family)}.{self.made}@{domain}", institution, domain)


def address_for(name: str) -> str:
    """The one address of a name that came without: the same name gives the same address, always."""
    return f"{slug(name)}@{_place(random.Random(f'home of {name}'))[1]}"


def _place(chance: random.Random) -> tuple[str, str]:
    (name, domain), branch = chance.choice(PLACES), chance.randint(1, BRANCHES)
    return f"{name} {branch}", f"{domain}-{branch}.test"


def slug(name: str) -> str:
    """Letters and digits of a name, parted by dots; never empty."""
    plain = fold(name).replace("ł", "l").replace("ø", "o").replace("ß", "ss").replace("đ", "d")
    return re.sub(r"[^a-z0-9]+", ".", plain).strip(".") or "name." + "-".join(f"{ord(c):x}" for c in name[:12])
