import { count } from './figures.ts';

/** What nobody has said, and how to say it. */
export function assumptionText(tokensEach: number): string {
  return `assumes ${count(Math.round(tokensEach))} output tokens a row: --expect-output-tokens N`;
}
