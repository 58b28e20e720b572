import { jsonText } from './json-text.ts';
import type { OutcomeSpans } from './outcome-spans.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Finds the values of some keys at the top of answers that are JSON objects, as the model wrote them: every digit of a number stays.
 * Of a key that is there twice the last one counts, as for `JSON.parse`.
 */
export class AnswerFields {
  readonly #places: ReadonlyMap<string, number>;
  readonly #values: (string | undefined)[];

  constructor(keys: readonly string[]) {
    this.#places = new Map(keys.map((key, i) => [key, i]));
    this.#values = keys.map(() => undefined);
  }

  /**
   * The JSON of each key's value, without white space between its parts; undefined for a key that is not there. For an answer that
   * was found to be sound; overwritten by the next call.
   */
  read({ bytes, valueStart, valueEnd }: OutcomeSpans): readonly (string | undefined)[] {
    this.#values.fill(undefined);
    this.#take(jsonText(bytes, valueStart + 1, valueEnd - 1));
    return this.#values;
  }

  #take(text: string): void {
    let at = skipSpace(text, 0);
    if (text[at] !== '{') return;
    at = skipSpace(text, at + 1);
    while (at < text.length && text[at] !== '}') {
      const keyEnd = stringEnd(text, at);
      const key: unknown = JSON.parse(text.slice(at, keyEnd));
      // the colon
      const start = skipSpace(text, skipSpace(text, keyEnd) + 1);
      const end = valueEnd(text, start);
      const place = this.#places.get(String(key));
      if (place !== undefined) this.#values[place] = packed(text.slice(start, end));
      at = skipSpace(text, end);
      if (text[at] === ',') at = skipSpace(text, at + 1);
    }
  }
}

function skipSpace(text: string, at: number): number {
  let i = at;
  for (; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) break;
  }
  return i;
}

/** Behind the string that begins at `at`. */
function stringEnd(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === BACKSLASH) i += 1;
    else if (unit === QUOTE) return i + 1;
  }
  return text.length;
}

/** Behind the value that begins at `at`; however deep it is, nothing is called for what is in it. */
function valueEnd(text: string, at: number): number {
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    const letter = text[i];
    if (letter === '"') {
      i = stringEnd(text, i) - 1;
      if (depth === 0) return i + 1;
    } else if (letter === '{' || letter === '[') depth += 1;
    else if (letter === '}' || letter === ']') {
      if (depth === 0) return i;
      depth -= 1;
      if (depth === 0) return i + 1;
    } else if (depth === 0 && (letter === ',' || letter === ' ' || letter === '\n' || letter === '\r' || letter === '\t'))
      return i;
  }
  return text.length;
}

/** Without white space between tokens: a value of several lines would end a line of JSON Lines. */
function packed(json: string): string {
  const first = json.charCodeAt(0);
  if (first !== 0x7b && first !== 0x5b) return json;
  return json.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|[ \n\r\t]+/g, (token) => (token.startsWith('"') ? token : ''));
}
