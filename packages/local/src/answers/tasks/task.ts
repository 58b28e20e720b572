/** What a task sees of a request. Lengths are bounded, so that a huge prompt costs no more than a long one. */
export interface TaskInput {
  /** System text and the user's turn, lower case: where instructions are looked for. */
  readonly instruction: string;
  /** The part of the user's turn that the instruction is about, as well as it can be told. */
  readonly content: string;
  /** Numbers in [0, 1), the same for the same model and request. */
  readonly next: () => number;
}

/** Answers a request of its kind, or undefined when the request is not one. */
export type Task = (input: TaskInput) => string | undefined;

const MOST_CONTENT = 1_200;

const INSTRUCTION =
  /^\W*(?:classif|categor|label|summar|translat|extract|answer|write|return|reply|respond|output|you are|rate|choose|is |what |which )/i;

/**
 * The text that an instruction is about: of several paragraphs the longest that is no instruction itself, of one what
 * follows its first colon (`Classify the sentiment of: …`), else all of it.
 */
export function contentOf(turn: string): string {
  const text = turn.trim();
  const paragraphs = text.split(/\n\s*\n/);
  if (paragraphs.length > 1) {
    const others = paragraphs.filter((paragraph) => !INSTRUCTION.test(paragraph));
    const longest = (others.length === 0 ? paragraphs : others).reduce((a, b) => (b.length > a.length ? b : a));
    return longest.slice(0, MOST_CONTENT).trim();
  }
  const colon = text.search(/:\s/);
  if (colon > 0 && colon < 400 && colon < text.length - 2) return text.slice(colon + 1, colon + 1 + MOST_CONTENT).trim();
  return text.slice(0, MOST_CONTENT);
}

/** The first letter in upper case. */
export function capitalized(text: string): string {
  return text === '' ? text : text.charAt(0).toUpperCase() + text.slice(1);
}
