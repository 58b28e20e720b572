import { PRICES_OF } from '../bill/index.ts';

/** Prints the figures of a soak, as one line of JSON. */
export function report(figures: object): void {
  process.stdout.write(`${JSON.stringify({ ...figures, pricesOf: PRICES_OF })}\n`);
}
