"""What the example data is made of: stores, products, letters of customers, and what a model would answer."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from shop_dashboard.db import Integration, Plan, Severity
from shop_dashboard.shapes import Onboarding

DONE = Onboarding(shopify_connected=True, orders_imported=True, team_invited=True)


@dataclass(frozen=True, slots=True)
class Shop:
    """A store of the example; `share` of all orders are its own, `connected` what has a token."""

    domain: str
    name: str
    currency: str
    zone: str
    plan: Plan
    share: float
    onboarding: Onboarding
    connected: tuple[Integration, ...]
    products: tuple[Product, ...]


@dataclass(frozen=True, slots=True)
class Product:
    """A product: its price, what it costs, how popular it is, and for how many days of sales it lies in stock."""

    sku: str
    title: str
    vendor: str
    price: Decimal
    cost: Decimal
    popularity: float
    days_in_stock: int
    lead_days: int


@dataclass(frozen=True, slots=True)
class Letter:
    """A conversation: what the customer wrote, what a model would answer, and what became of the answer."""

    customer: str
    subject: str
    said: str
    draft: str
    fate: str = "waits"


@dataclass(frozen=True, slots=True)
class Idea:
    """Something to do about how a shop is found; `pages`: of so many products."""

    action: str
    detail: str
    severity: Severity
    pages: int


def _product(
    sku: str, title: str, vendor: str, price: str, cost: str, popularity: float, days: int, lead: int
) -> Product:
    return Product(sku, title, vendor, Decimal(price), Decimal(cost), popularity, days, lead)


SHOPS = (
    Shop(
        "nordlicht-supply.myshopify.com", "Nordlicht Supply", "EUR", "Europe/Berlin", Plan.PLUS, 0.6, DONE,
        tuple(Integration),
        (
            _product("NL-JKT-FJORD", "Fjord jacket", "Bergen Tekstil", "169.00", "71.50", 1.4, 9, 21),
            _product("NL-SOCK-GRY", "Wool socks, grey", "Bergen Tekstil", "18.00", "5.20", 3.2, 4, 12),
            _product("NL-SOCK-RED", "Wool socks, red", "Bergen Tekstil", "18.00", "5.20", 1.7, 44, 12),
            _product("NL-CAP-KNIT", "Knitted cap", "Bergen Tekstil", "29.00", "8.10", 2.1, 0, 14),
            _product("NL-TENT-2P", "Tent for two", "Zeltwerk", "279.00", "148.00", 0.5, 33, 30),
            _product("NL-MAT-AIR", "Sleeping mat", "Zeltwerk", "89.00", "37.00", 0.9, 61, 18),
            _product("NL-STOVE-S", "Camping stove", "Zeltwerk", "64.00", "29.50", 0.8, 16, 18),
            _product("NL-BTL-07", "Bottle, 0.7 l", "Klarwasser", "24.00", "6.80", 2.6, 27, 9),
            _product("NL-BTL-10", "Bottle, 1 l", "Klarwasser", "28.00", "7.90", 1.9, 12, 9),
            _product("NL-LAMP-H", "Head lamp", "Klarwasser", "39.00", "14.20", 1.1, 90, 16),
            _product("NL-ROPE-8", "Rope, 8 mm", "Zeltwerk", "34.00", "12.00", 0.4, 200, 16),
            _product("NL-BAG-40", "Backpack, 40 l", "Bergen Tekstil", "139.00", "58.00", 0.7, 22, 24),
        ),
    ),
    Shop(
        "harbor-and-pine.myshopify.com", "Harbor and Pine", "USD", "America/New_York", Plan.GROWTH, 0.3, DONE,
        (Integration.SHOPIFY, Integration.GA4, Integration.SEARCH_CONSOLE),
        (
            _product("HP-PLNT-L", "Cedar planter, large", "Pine Works", "74.00", "31.00", 1.0, 5, 8),
            _product("HP-PLNT-S", "Cedar planter, small", "Pine Works", "39.00", "15.50", 1.6, 38, 8),
            _product("HP-CNDL-3", "Candle set, three pieces", "Beeline", "34.00", "13.00", 2.8, 11, 10),
            _product("HP-CNDL-1", "Beeswax candle", "Beeline", "14.00", "4.60", 2.2, 25, 10),
            _product("HP-THRW-L", "Linen throw", "Loom & Co", "59.00", "24.00", 0.9, 120, 21),
            _product("HP-TOWL-L", "Linen towel", "Loom & Co", "22.00", "8.40", 1.8, 18, 21),
            _product("HP-SOAP-P", "Pine soap", "Beeline", "9.00", "2.30", 3.0, 0, 7),
        ),
    ),
    Shop(
        "atelier-mistral.myshopify.com", "Atelier Mistral", "EUR", "Europe/Paris", Plan.STARTER, 0.1,
        Onboarding(shopify_connected=True, orders_imported=True), (Integration.SHOPIFY,),
        (
            _product("AM-BOX-M", "Gift box, medium", "Papeterie Sud", "16.00", "5.10", 2.4, 7, 12),
            _product("AM-CARD-12", "Twelve cards", "Papeterie Sud", "24.00", "7.60", 1.5, 30, 12),
            _product("AM-INK-BLU", "Ink, blue", "Encres du Nord", "12.00", "3.90", 1.1, 55, 15),
            _product("AM-PEN-F", "Fountain pen", "Encres du Nord", "68.00", "30.00", 0.5, 14, 15),
        ),
    ),
)  # fmt: skip

PEOPLE = (
    "Anna Berg", "Tom Fischer", "Lucía Romero", "Ole Hansen", "Priya Nair", "Jack Murphy", "Sofie Lund", "Marek Nowak",
    "Chloé Martin", "Emeka Obi", "Hanna Vogt", "Liam Walsh", "Yuki Tanaka", "Nora Haddad", "Paul Weber", "Ida Larsen",
)  # fmt: skip
TEAM = ("Mara Lindqvist", "Jonas Weber", "Ruth Okafor")
LETTERS = (
    Letter(
        "Anna Berg", "Where is my order?",
        "Hello, I ordered a week ago and the tracking has not moved since Tuesday. Is the parcel lost?",
        "Hi Anna,\n\nsorry for the wait. Your parcel has been with the carrier since Tuesday; they are late in your region "
        "and expect to deliver by Friday. If it is not there by then, write to us and we send another one at once.",
    ),
    Letter(
        "Tom Fischer", "Too small",
        "The jacket is lovely but a size too small. Can I swap it, and who pays for sending it back?",
        "Hi Tom,\n\nof course. Print the label in your account, send the jacket back at no cost, and tell us the size that "
        "you want: we reserve it today.",
    ),
    Letter(
        "Lucía Romero", "Invoice for my company",
        "I need the invoice with our VAT number, which I forgot to enter. It is ESB1234567.",
        "Hi Lucía,\n\nwe have added the number and sent the invoice to your address.", "sent",
    ),
    Letter(
        "Ole Hansen", "Discount for a school?",
        "We are a school and would take forty bottles for a class trip. Is there a price for that?",
        "Hi Ole,\n\nfor forty pieces we take 15 % off. Shall I prepare the order?", "changed",
    ),
    Letter(
        "Priya Nair", "Arrived broken",
        "One of the items arrived broken. I attach two photos.",
        "Dear customer, please fill in form 27b.", "turned down",
    ),
    Letter(
        "Jack Murphy", "When is it back?",
        "The page says sold out. When will you have it again?",
        "Hi Jack,\n\nthe next delivery is due in two weeks. Leave your address on the page and we tell you the same hour.",
    ),
    Letter(
        "Sofie Lund", "Change my address",
        "I moved! Please send my order to Skovvej 12, 8000 Aarhus instead.",
        "Hi Sofie,\n\ndone: the parcel goes to Skovvej 12, 8000 Aarhus.", "sent",
    ),
    Letter(
        "Marek Nowak", "Charged twice",
        "My bank shows the same amount twice. Please check.",
        "Hi Marek,\n\none of the two is a reservation, which your bank lets go within three days. You pay once.",
    ),
)  # fmt: skip
IDEAS = (
    Idea("Give the product pages titles of their own", "Nine pages share the title of the home page: search engines show "
         "one of them.", Severity.HIGH, 2),
    Idea("Mend the broken links", "Links to last year's collection end at a page that is not there; they are asked for "
         "forty times a day.", Severity.CRITICAL, 1),
    Idea("Describe the pictures", "Half of the pictures have no text. People who cannot see them, and search engines, "
         "miss what they show.", Severity.MEDIUM, 3),
    Idea("Answer what people ask", "“Washing instructions” brings 300 visitors a month to a page that does not have them.",
         Severity.MEDIUM, 1),
    Idea("Shorten the descriptions", "They are cut in the results, behind the first hundred and sixty characters.",
         Severity.LOW, 1),
)  # fmt: skip
REASONS = (
    "late: paid three days ago and not sent", "high value: more than usual of a new customer",
    "the address cannot be delivered to", "the same card was refused twice before", "the customer asked to cancel",
)  # fmt: skip
RESOLUTIONS = (
    "sent by express, at our cost",
    "called: all is well",
    "address mended with the customer",
    "refunded",
)
