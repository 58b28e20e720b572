import type { JsonValue, Unsupported } from '../model/index.ts';
import type { OPENAI_CHANGES, OPENAI_OMISSIONS, OpenAiProblem, OpenAiProblemCode } from './problems.ts';

/** Bytes that stand behind a URL, as somebody fetched them. */
export interface FetchedMedia {
  /** As IANA has it. */
  readonly mediaType: string;
  /** Sound base64 with padding. */
  readonly base64: string;
}

/** A URL whose bytes are needed before the line can be sent. */
export interface MediaUrl {
  readonly url: string;
  readonly kind: 'image' | 'document' | 'audio' | 'video';
  /** Where it stands: `body.messages[0].content[1].image_url.url`. */
  readonly path: string;
}

const NONE: readonly never[] = [];

/** What one line gives cause to say. Nothing is made until there is something to say: most lines are sound. */
export class Findings {
  #problems: OpenAiProblem[] | undefined;
  #unsupported: Unsupported[] | undefined;
  #urls: MediaUrl[] | undefined;
  readonly fetched: ReadonlyMap<string, FetchedMedia> | undefined;
  /** Why the bytes behind a URL could not be fetched, by URL. */
  readonly unfetched: GivenObject | undefined;

  constructor(fetched?: ReadonlyMap<string, FetchedMedia>, unfetched?: GivenObject) {
    this.fetched = fetched;
    this.unfetched = unfetched;
  }

  get problems(): readonly OpenAiProblem[] {
    return this.#problems ?? NONE;
  }

  get unsupported(): readonly Unsupported[] {
    return this.#unsupported ?? NONE;
  }

  get urls(): readonly MediaUrl[] {
    return this.#urls ?? NONE;
  }

  /** Of the envelope, or of the line itself. */
  lineProblem(code: OpenAiProblemCode, path: string, message: string): void {
    (this.#problems ??= []).push({ code, path, message });
  }

  /** `path` is one within the body. */
  problem(code: OpenAiProblemCode, path: string, message: string): void {
    this.lineProblem(code, path === '' ? 'body' : `body.${path}`, message);
  }

  /** Tells that a value is of the wrong type. */
  badType(path: string, value: unknown, wanted: string): void {
    const code = value === undefined || value === null ? 'missing_field' : 'bad_type';
    this.problem(code, path, `${path} is ${typeName(value)}; ${wanted} is needed`);
  }

  leftOut(code: keyof typeof OPENAI_OMISSIONS, path: string, message: string): void {
    this.#add({ code, path, message, effect: 'left-out' });
  }

  changed(code: keyof typeof OPENAI_CHANGES, path: string, message: string): void {
    this.#add({ code, path, message, effect: 'changed' });
  }

  /** Asks for the bytes behind a URL. */
  needs(url: string, kind: MediaUrl['kind'], path: string): void {
    (this.#urls ??= []).push({ url, kind, path: `body.${path}` });
  }

  #add(unsupported: Unsupported): void {
    (this.#unsupported ??= []).push(unsupported);
  }
}

/** A value from a parsed line: whatever JSON can hold. */
export type Given = JsonValue | undefined;

/** A parsed JSON object; its own properties only are read, by names that no prototype has. */
export type GivenObject = { readonly [key: string]: Given };

/** Narrows to a JSON object. */
export function isObject(value: unknown): value is GivenObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Null stands for absent wherever OpenAI takes a field. */
export function isAbsent(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

/** The JSON type of a value, with its article. */
export function typeName(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? 'a text' : `a ${typeof value}`;
}

/** Most characters of a value that a message shows. */
const SHOWN = 60;

/** A value for a message: short, quoted as JSON has it, never nested deeper than it is safe to write. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > SHOWN ? `${value.slice(0, SHOWN)}…` : value);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : typeName(value);
}

/** `list` within reach of a message: `a, b or c`. */
export function anyOf(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

/** Deepest nesting of JSON within a request: schemas, arguments. Ours; no serialiser of any service is known to take more. */
const MAX_DEPTH = 100;

/** True when a value is nested deeper than can safely be written again. */
export function isTooDeep(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth >= MAX_DEPTH) return true;
  for (const key in value) if (isTooDeep((value as GivenObject)[key], depth + 1)) return true;
  return false;
}
