import { createContext, Script } from 'node:vm';

/** Milliseconds that a pattern may take for one text. */
const MOST_MS = 2_000;

/** What Ajv asks of a pattern. */
interface Pattern {
  test(text: string): boolean;
  /** Ajv knows patterns by it. */
  toString(): string;
}

/**
 * Patterns of schemas, of which some take for ever for some texts. Those that may (a group that is repeated, a reference back, three
 * repetitions or more) run with an eye on the clock: a text that takes longer than two seconds throws, and so it does not pass. All
 * others run as they are, since the clock costs more than they do.
 */
export function watchedRegExp(pattern: string, flags: string): Pattern {
  const regExp = unicode(pattern, flags);
  if (!mayTakeForEver(pattern)) return regExp;
  return { test: (text) => inTime(() => regExp.test(text), pattern), toString: () => regExp.toString() };
}
watchedRegExp.code = 'new RegExp';

/** Escapes such as `\-` are none in patterns of Unicode, and patterns have them all the same. */
function unicode(pattern: string, flags: string): RegExp {
  try {
    return new RegExp(pattern, flags);
  } catch (error) {
    try {
      return new RegExp(pattern, flags.replace('u', ''));
    } catch {
      throw error;
    }
  }
}

function mayTakeForEver(pattern: string): boolean {
  const bare = pattern.replace(/\\[^1-9k]/g, '_');
  if (/\)[*+{?]|\\[1-9k]/.test(bare)) return true;
  return (bare.match(/[*+{]/g) ?? []).length > 2;
}

interface Box {
  look(): boolean;
}

const box: Box = { look: () => false };
const context = createContext(box);
const script = new Script('look()');

function inTime(look: () => boolean, pattern: string): boolean {
  box.look = look;
  try {
    return script.runInContext(context, { timeout: MOST_MS }) as boolean;
  } catch (cause) {
    throw new Error(`the pattern ${JSON.stringify(pattern)} takes more than ${MOST_MS / 1000} s`, { cause });
  }
}
