/** Words from which ordinary names, tags and texts are made. */
export const SUBJECTS =
  ("harbour meadow skyline market portrait workshop orchard glacier library kitchen " +
    "lantern bicycle festival canyon studio garden").split(" ");

/** Adjectives for the same purpose. */
export const QUALITIES =
  ("quiet golden misty crowded bright northern old little wide hidden autumn early blue " +
    "wooden open").split(" ");

/** Folders of a realistic library, nested, some with characters that need care. */
export const FOLDERS = [
  "",
  "products",
  "products/shoes",
  "products/shoes/2024 spring",
  "products/bags",
  "campaigns/summer & autumn",
  "campaigns/été",
  "press",
  "press/releases/2023/Q4",
  "team/портреты",
  "archive/日本",
  "archive/100% recycled",
  "user uploads",
];

/** Tags, non-ASCII ones too. */
export const TAGS = [
  "featured",
  "summer",
  "sale",
  "homepage",
  "black & white",
  "été",
  "東京",
  "портрет",
  "مدينة",
  "emoji 🎈",
  "UPPER",
  "upper",
  "with=equals",
  "with|pipe",
  'with "quotes"',
  "back\\slash",
  "100%",
];

/** Context values that break careless encoders. */
export const CONTEXT_VALUES = [
  "A quiet harbour",
  "a=b",
  "left|right",
  'she said "yes"',
  "back\\slash and \\| pipe",
  "",
  "line one\nline two",
  "شارع قديم",
  "emoji 🏞️ sequence 👩‍🚀",
  "  spaces around  ",
  "[1,2]",
  "null",
  "0",
];

/** public_ids that break careless clients; each is made once by the generator, in this order. */
export const NASTY_PUBLIC_IDS = [
  "with space",
  "ampersand&and&more",
  "percent%20literal",
  "percent%",
  "plus+sign",
  "quote'single",
  'quote"double',
  "emoji-🎈-👩‍🚀",
  "שלום-עולם",
  "مرحبا بالعالم",
  "e\u0301 decomposed",
  "\u00e9 composed",
  "deep/nested/path/of/folders/leaf",
  "trailing.dots...",
  "looks.like.a.jpg",
  "question?mark#hash",
  "semi;colon,comma",
  "equals=sign|pipe",
  "back\\slash",
  "CaseSensitive",
  "casesensitive",
  "restore",
  "search",
  "tags",
  "0",
  "null",
  "__proto__",
  "constructor",
];
