"""The names that the formatter makes up for fields: camel case and English plurals, by the same rules as Prisma's."""

from __future__ import annotations

import re

_IRREGULAR = {
    "ox": "oxen",
    "man": "men",
    "woman": "women",
    "die": "dice",
    "yes": "yeses",
    "foot": "feet",
    "eave": "eaves",
    "goose": "geese",
    "tooth": "teeth",
    "quiz": "quizzes",
}
_UNCOUNTABLE = frozenset(
    """
    accommodation adulthood advertising advice aggression aid air aircraft alcohol anger applause
    arithmetic assistance athletics bacon baggage beef biology blood botany bread butter carbon
    cardboard cash chalk chaos chess crossroads countryside dancing deer dignity dirt dust economics
    education electricity engineering enjoyment envy equipment ethics evidence evolution fame fiction
    flour flu food fuel fun furniture gallows garbage garlic genetics gold golf gossip grammar gratitude
    grief guilt gymnastics happiness hardware harm hate hatred health heat help homework honesty honey
    hospitality housework humour hunger hydrogen ice importance inflation information innocence iron
    irony jam jewelry judo karate knowledge lack laughter lava leather leisure lightning linguine
    linguini linguistics literature litter livestock logic loneliness luck luggage macaroni machinery
    magic management mankind marble mathematics mayonnaise measles methane milk money mud music mumps
    nature news nitrogen nonsense nurture nutrition obedience obesity oxygen pasta patience physics
    poetry pollution poverty pride psychology publicity punctuation quartz racism relaxation reliability
    research respect revenge rice rubbish rum safety scenery seafood seaside series shame sheep shopping
    sleep smoke smoking snow soap software soil spaghetti species steam stuff stupidity sunshine
    symmetry tennis thirst thunder timber traffic transportation trust underwear unemployment unity
    validity veal vegetation vegetarianism vengeance violence vitality warmth wealth weather welfare
    wheat wildlife wisdom yoga zinc zoology
    """.split()  # noqa: SIM905 -- two hundred words are read more easily without their quotes
)
_LATIN_US = "alumn|syllab|octop|vir|radi|nucle|fung|cact|stimul|termin|bacill|foc|uter|loc|strat"
_LATIN_UM = "agend|addend|millenni|dat|extrem|bacteri|desiderat|strat|candelabr|errat|ov|symposi|curricul|automat|quor"
_GREEK_ON = "apheli|hyperbat|periheli|asyndet|noumen|phenomen|criteri|organ|prolegomen|hedr|automat"
_ENDINGS = tuple(
    (re.compile(rf"(.*(?:{stem})){ending}\Z"), plural)
    for stem, ending, plural in (
        ("eaux", "", ""),
        ("child", "(?:ren)?", "ren"),
        ("pe", "(?:rson|ople)", "ople"),
        ("m|l", "(?:ice|ouse)", "ice"),
        ("matr|cod|mur|sil|vert|ind|append", "(?:ix|ex)", "ices"),
        ("x|ch|ss|sh|zz", "(?:es)?", "es"),
        ("[^ch][ieo][ln]", "ey", "ies"),
        ("[^aeiouy]|qu", "y", "ies"),
        ("ar|l|ea|eo|oa|hoo", "f", "ves"),
        ("kni|wi|li", "fe", "ves"),
        ("", "sis", "ses"),
        (_GREEK_ON, "(?:a|on)", "a"),
        (_LATIN_UM, "(?:a|um)", "a"),
        ("her|at|gr", "o", "oes"),
        ("seraph|cherub", "(?:im)?", "im"),
        ("alumn|alg|vertebr", "(?:a|ae)", "ae"),
        (_LATIN_US, "(?:us|i)", "i"),
        ("[^l]ias|[aeiou]las|[emjzr]as|[iu]am", "", ""),
        ("e[mn]u", "s?", "s"),
        ("alias|[^aou]us|tlas|gas|ris", "", "es"),
        ("ax|test", "is", "es"),
        ("[^aeiou]ese", "", ""),
        ("", "s", "s"),
    )
)


def plural(word: str) -> str:
    """The plural of an English noun in lower or camel case, which is itself for those that have none."""
    if word in _UNCOUNTABLE:
        return word
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for singular, ending in _ENDINGS:
        match = singular.match(word)
        if match:
            return match[1] + ending
    return f"{word}s"


def camel_case(name: str) -> str:
    """A name as a field's: `OrderItem` and `order_item` are `orderItem`; capitals in a row are one word."""
    letters: list[str] = []
    starts_word, previous = False, " "
    for letter in name.strip("_-"):
        if letter in "_-":
            starts_word = True
        elif letter.isdigit():
            starts_word = True
            letters.append(letter)
        elif starts_word or (previous.islower() and letter.isupper()):
            starts_word = False
            letters.append(letter.upper())
        else:
            previous = letter
            letters.append(letter.lower())
    return "".join(letters)


def lower_first(name: str) -> str:
    """The name with its first letter in lower case."""
    return name[:1].lower() + name[1:]


def upper_first(name: str) -> str:
    """The name with its first letter in upper case."""
    return name[:1].upper() + name[1:]
