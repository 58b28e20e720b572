import { InputError, invariant } from '../errors/index.ts';
import {
  type AnswerSchema,
  type Family,
  type JsonObject,
  type ModelTraits,
  type RequestInput,
  schemaRequest,
} from '../model/index.ts';
import type { OnUnsupported } from '../openai/index.ts';
import { parseTemplate, type Template } from '../prompt/index.ts';

/** What a run asks of its model; `RunDocument['request']`. */
export interface RequestSpec {
  /** Template of the user's turn; absent for embeddings. */
  readonly prompt?: string;
  readonly system?: string;
  /** Column to embed. */
  readonly textColumn?: string;
  /** As `Family.parseParams` made them. */
  readonly params: JsonObject;
  /** What every answer has to be. */
  readonly schema?: AnswerSchema;
  /** Rows are records already: the object in column `modelInput` is the request. */
  readonly given?: true;
  /** Rows are lines of an OpenAI batch file. */
  readonly openai?: OpenAiAsk;
}

/** How lines of an OpenAI batch file are translated. */
export interface OpenAiAsk {
  readonly onUnsupported: OnUnsupported;
  /** The longest answer, in tokens, of lines that do not say it. */
  readonly maxTokens?: number;
  /** Some lines ask for answers by a schema: those are checked. */
  readonly checked?: true;
}

/** True where a request knows nothing of its answer's shape, so that all of it is kept. */
export function keepsWholeOutput({ given, openai }: RequestSpec): boolean {
  return given === true || openai !== undefined;
}

/** The JSON of a request, cut at its columns: `literals[0] columns[0] literals[1] … literals[n]`, one literal more. */
export interface RequestPieces {
  readonly literals: readonly string[];
  /** Names of columns, each as often as it occurs. */
  readonly columns: readonly string[];
}

/** The templates of a request: the text to embed is the template of one column. */
interface RequestTemplates {
  readonly text: Template;
  readonly system: Template | undefined;
}

/**
 * Builds the request body once, with a marker in place of each column, serialises it and cuts it at the markers. Throws the
 * template's errors, and `BR-E0109` or `BR-E0110` where the text column or the prompt is missing. What the family makes of
 * other values is compared with the pieces, so that a family which changes its text cannot pass.
 */
export function cutRequest(family: Family, spec: RequestSpec, traits: ModelTraits = {}): RequestPieces {
  const { schema } = spec;
  const write: WriteBody =
    schema === undefined ? (input) => family.request(input) : (input) => schemaRequest(family, input, schema, traits);
  const templates = requestTemplates(family, spec);
  const columns: string[] = [];
  const marker = freeMarker(write, templates, spec.params);
  const mark = (name: string): string => `${marker}${columns.push(name) - 1}y`;
  const text = fill(templates.text, mark);
  const system = templates.system && fill(templates.system, mark);
  const json = JSON.stringify(write(requestInput(text, system, spec.params)));
  const found = json.split(new RegExp(`${marker}(\\d+)y`));
  const literals = found.filter((_, i) => i % 2 === 0);
  const order = found.filter((_, i) => i % 2 === 1).map(Number);
  invariant(new Set(order).size === columns.length, `family ${family.name} leaves out a part of its text`);
  const pieces = { literals, columns: order.map((i) => columns[i]!) };
  // conversations have no blank texts: what a family makes of one there is of no account here
  const probes = schema === undefined ? PROBES : PROBES.filter((probe) => probe.trim() !== '');
  checkPieces(family.name, write, { params: spec.params, templates, pieces, probes });
  return pieces;
}

/** Writes the body of a request. */
type WriteBody = (input: RequestInput) => JsonObject;

function requestTemplates(family: Family, spec: RequestSpec): RequestTemplates {
  if (family.task === 'embedding') {
    if (spec.textColumn === undefined)
      throw new InputError('BR-E0109', `family ${family.name} embeds a column, and none is named`);
    const segments = [{ kind: 'column', name: spec.textColumn, at: { line: 1, column: 1 } }] as const;
    return { text: { label: 'text column', segments }, system: undefined };
  }
  if (spec.prompt === undefined) throw new InputError('BR-E0110', `family ${family.name} takes a prompt, and none is given`);
  const system = spec.system === undefined ? undefined : parseTemplate(spec.system, 'system prompt');
  return { text: parseTemplate(spec.prompt), system };
}

function requestInput(text: string, system: string | undefined, params: JsonObject): RequestInput {
  return system === undefined ? { text, params } : { text, system, params };
}

function fill(template: Template, value: (column: string) => string): string {
  return template.segments.map((segment) => (segment.kind === 'literal' ? segment.text : value(segment.name))).join('');
}

/** A word that stands nowhere in the body; its first letter occurs once in it, so it cannot begin inside of another one. */
function freeMarker(write: WriteBody, { text, system }: RequestTemplates, params: JsonObject): string {
  const blank = fill(text, () => ' ');
  const body = JSON.stringify(write(requestInput(blank, system && fill(system, () => ' '), params)));
  for (let i = 0; ; i++) {
    const marker = `hole${i}x`;
    if (!body.includes(marker)) return marker;
  }
}

/** Values that a family might trim, cut, split or escape in a way of its own. */
const PROBES = ['', ' a\n', '"\\{}\u0000\u2028', '\u{1f600}é'.repeat(40)];

interface PiecesCheck {
  readonly params: JsonObject;
  readonly templates: RequestTemplates;
  readonly pieces: RequestPieces;
  readonly probes: readonly string[];
}

function checkPieces(name: string, write: WriteBody, { params, templates, pieces, probes }: PiecesCheck): void {
  const { text, system } = templates;
  for (const probe of probes) {
    const escaped = JSON.stringify(probe).slice(1, -1);
    const value = (): string => probe;
    const whole = JSON.stringify(write(requestInput(fill(text, value), system && fill(system, value), params)));
    invariant(pieces.literals.join(escaped) === whole, `family ${name} changes the text that it is given`);
  }
}
