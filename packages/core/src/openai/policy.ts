import type { Unsupported } from '../model/index.ts';
import type { OpenAiEndpoint } from './line.ts';
import type { OpenAiProblem } from './problems.ts';

/**
 * What becomes of a line whose model cannot be told all of it: refused, sent with a warning, or sent and only counted. What is told
 * only a little otherwise is warned of in the first two; what no policy makes sense of is refused by each.
 */
export type OnUnsupported = 'error' | 'warn' | 'drop';

/** Fields of `ChatRequest` under the names that a response has for them. */
const RESPONSE_PATHS: readonly (readonly [string, string])[] = [
  ['max_tokens', 'max_output_tokens'],
  ['max_completion_tokens', 'max_output_tokens'],
  ['response_format', 'text.format'],
  ['reasoning_effort', 'reasoning.effort'],
  ['verbosity', 'text.verbosity'],
  ['messages', 'input'],
];

/** Where in the line it stands: a family's path is one within the body, in the words of chat completions. */
export function pathInLine(path: string, endpoint: OpenAiEndpoint): string {
  if (path === '') return 'body';
  const renamed = endpoint === 'responses' ? RESPONSE_PATHS.find(([name]) => isWithin(path, name)) : undefined;
  return renamed === undefined ? `body.${path}` : `body.${renamed[1]}${path.slice(renamed[0].length)}`;
}

function isWithin(path: string, name: string): boolean {
  return path.startsWith(name) && (path.length === name.length || path[name.length] === '.' || path[name.length] === '[');
}

/** Which of what is unsupported stands in the way of the line, by the policy. */
export function refusedBy(
  policy: OnUnsupported,
  unsupported: readonly Unsupported[],
  endpoint: OpenAiEndpoint,
): readonly OpenAiProblem[] {
  if (unsupported.length === 0) return unsupported as readonly never[];
  const refused = unsupported.filter(
    (each) => each.effect === 'impossible' || (policy === 'error' && each.effect === 'left-out'),
  );
  return refused.map(({ code, path, message }) => ({ code, path: pathInLine(path, endpoint), message }));
}

/** One kind of thing that is unsupported, over many lines. */
export interface UnsupportedCount {
  readonly code: string;
  /** Of the first, indices left out: `body.messages[].name`. */
  readonly path: string;
  readonly message: string;
  readonly effect: Unsupported['effect'];
  readonly count: number;
  /** The line in which it came first. */
  readonly firstLine: number;
}

/** Counts what was let pass, by code and place, so that a million lines make a handful of warnings. */
export class UnsupportedCounts {
  readonly #counts = new Map<string, { -readonly [K in keyof UnsupportedCount]: UnsupportedCount[K] }>();

  add(unsupported: Unsupported, endpoint: OpenAiEndpoint, line: number): void {
    const path = pathInLine(unsupported.path, endpoint).replaceAll(/\[\d+\]/g, '[]');
    const key = `${unsupported.code} ${path}`;
    const known = this.#counts.get(key);
    if (known !== undefined) known.count += 1;
    else {
      const { code, message, effect } = unsupported;
      this.#counts.set(key, { code, path, message, effect, count: 1, firstLine: line });
    }
  }

  /** The most frequent first. */
  list(): readonly UnsupportedCount[] {
    return [...this.#counts.values()].sort((a, b) => b.count - a.count || a.firstLine - b.firstLine);
  }
}
