const PRODUCTS = ['kettle', 'desk lamp', 'backpack', 'headphones', 'coffee grinder', 'rain jacket', 'office chair', 'bike pump'];

/** What people say, each of some product. With commas, quotes and a line end in them, as real ones have. */
const OPINIONS: readonly ((product: string) => string)[] = [
  (product) => `Best ${product} I have owned. It does what it says, every single day.`,
  (product) => `The ${product} broke after two weeks, and support never answered.`,
  (product) => `It is a ${product}. It works.`,
  (product) => `I wanted to like this ${product}, but the finish is cheap and it smells of plastic.`,
  (product) => `Arrived a day early, well packed, and the ${product} looks better than in the pictures!`,
  (product) => `My daughter calls it "the good ${product}" and hides it from her brother.`,
  (product) => `Three stars: the ${product} is fine, the manual is not.`,
  (product) => `Do not buy. The ${product} came used, with somebody's name on it.`,
  (product) => `Bought a second ${product} for the office, which says it all.`,
  (product) => `The ${product} is half the size I expected; read the measurements.`,
  (product) => `Solid, heavy, a little loud. I would buy this ${product} again.`,
  (product) => `Returned the ${product}, got my money back within a week. No complaints about the shop.`,
  (product) => `Quiet, quick, easy to clean: a ${product} as it should be.`,
  (product) => `The colour of the ${product} is off, the zip sticks, and the price went down a day later.`,
  (product) => `Okay for the price.\nNot the ${product} to pass on to your children.`,
  (product) => `The ${product} saved my holiday 🙂`,
  (product) => `After a year of daily use the ${product} looks like new.`,
  (product) => `The ${product} does half of what is promised, and that half slowly.`,
  (product) => `No idea why people rave about this ${product}; it is average at best.`,
  (product) => `A present for my father, who has never said so much about a ${product}. He is delighted.`,
  (product) => `Sharp edges, one cut finger, no apology. This ${product} should not be sold.`,
  (product) => `Does the ${product} work? Yes. Do I enjoy it? Not really.`,
  (product) => `Clever details everywhere; somebody thought about this ${product} for a long time.`,
  (product) => `The ${product} was out of stock for a month, and it was worth the wait.`,
  (product) => `Wrong part in the box, twice. The third ${product} is fine.`,
];

/** 200 reviews as CSV: `id`, `product`, `review`. */
export function sampleReviews(): string {
  const rows = OPINIONS.flatMap((say) => PRODUCTS.map((product) => [product, say(product)] as const));
  const lines = rows.map(([product, review], i) => `${i + 1},${product},"${review.replaceAll('"', '""')}"`);
  return `id,product,review\n${lines.join('\n')}\n`;
}
