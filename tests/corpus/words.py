"""What the files of this folder say: the handbook of a company that does not exist."""

TITLE = "Harbour Lane Handbook"
WELCOME = (
    "Harbour Lane rents bicycles, cargo trailers and rain coats to people who visit the old harbour. "
    "This handbook tells everybody who works at the counter what to do and whom to ask."
)
HOURS = (
    "The counter opens at half past eight in the morning and closes at six in the evening. On Sundays and on public "
    "holidays it stays closed, except during the boat festival in the last week of July, when it is open from ten to four."
)
DEPOSIT = (
    "A deposit of forty euros is taken for each bicycle and of ninety euros for each cargo trailer. It is paid back in "
    "full when everything is returned undamaged and on time; for every hour of delay five euros are kept."
)
REPAIR = (
    "Small repairs are done on the spot. A flat tyre is mended free of charge if the puncture happened on the first day. "
    "For anything that takes longer than twenty minutes the visitor gets a replacement, and the workshop on Mill Street "
    "is called before noon."
)
STEPS = [
    "Ask for an identity card and write down its number.",
    "Adjust the saddle and explain the gears.",
    "Take the deposit and print the receipt.",
]
RULES = [
    "Helmets are free, and children must wear one.",
    "Dogs ride in the trailer, never in the basket.",
    "Nobody rides on the pier after dark.",
]
PRICES = [
    ["Item", "Half day", "Day", "Week"],
    ["City bicycle", "9 EUR", "14 EUR", "60 EUR"],
    ["Electric bicycle", "18 EUR", "29 EUR", "130 EUR"],
    ["Cargo trailer", "12 EUR", "19 EUR", "85 EUR"],
    ["Rain coat", "2 EUR", "3 EUR", "10 EUR"],
]
LIGATURES = (
    "The chief office offers efficient staff a fifth waffle after the first shift. Officials find the fluffy muffin "
    "sufficient, and five flags fly in the official field."
)
LONG = (
    "Responsibility for the maintenance of electrically assisted bicycles rests with the workshop, whose representatives "
    "acknowledge every notification immediately. Extraordinarily complicated installations are photographed beforehand, "
    "documented comprehensively and subsequently demonstrated to the apprentices, notwithstanding the inconvenience."
)
COLUMN_A = (
    "In the spring of 1923 two sisters bought the boathouse at the end of the lane and began to lend out bicycles to "
    "sailors who wanted to see the hills. They kept a ledger with a line for each ride, and the ledger still lies in "
    "the office for everybody to read. The first winter was hard, and only eleven rides were written down."
)
COLUMN_B = (
    "After the war the town widened the road to the lighthouse, and suddenly whole families came on summer Sundays. "
    "The sisters ordered forty new frames from a smith in the next valley and painted each of them green. Green has "
    "been the colour of the house ever since, down to the rain coats and the paper of the receipts."
)
COLUMN_C = (
    "Today the house is run by nine people who own it together. Once a month they meet in the workshop, look at the "
    "figures and decide what to buy. Visitors are welcome to listen, and the minutes hang beside the door on the "
    "following morning."
)
