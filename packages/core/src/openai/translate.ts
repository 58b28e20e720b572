import type { ChatRequest, Family, JsonObject, ModelTraits, Unsupported } from '../model/index.ts';
import type { OpenAiLine, OpenAiRead, ReadOptions } from './line.ts';
import { type OnUnsupported, refusedBy } from './policy.ts';
import type { OpenAiProblem } from './problems.ts';
import { readOpenAiLine } from './read-line.ts';

/** Who is to be asked, and what becomes of what cannot be said to it. */
export interface TranslateOptions extends ReadOptions {
  readonly family: Family;
  readonly traits: ModelTraits;
  readonly onUnsupported: OnUnsupported;
  /** The longest answer, in tokens, of lines that do not say it; default: the model's own limit. */
  readonly maxTokens?: number;
}

/** A line in the words of a model, or why it cannot be. */
export interface TranslatedLine {
  readonly read: OpenAiRead;
  /** One body (`modelInput`) for each request of the line, in their order; none where there is a problem. */
  readonly bodies: readonly JsonObject[];
  /** All that stands in the way of the line, the policy's objections included. */
  readonly problems: readonly OpenAiProblem[];
  /** What the model is told otherwise or not at all, and the policy lets pass. */
  readonly passed: readonly Unsupported[];
}

/** A problem in one line of text: place, message, code. */
export function problemText({ code, path, message }: OpenAiProblem): string {
  return `${path === '' ? '' : `${path}: `}${message} (${code})`;
}

/** Problems of a line that one message names. */
const TOLD_PROBLEMS = 5;

/** Why a line cannot be sent, in one line of text. */
export function whyNotTranslated(value: unknown, options: TranslateOptions): string {
  const { problems } = translateLine(value, options);
  const told = problems.slice(0, TOLD_PROBLEMS).map(problemText);
  if (problems.length > told.length) told.push(`and ${problems.length - told.length} more`);
  return told.length === 0 ? 'it asks for several answers, and a record gives one' : told.join('; ');
}

const NONE: readonly never[] = [];

/** Writes a parsed line of an OpenAI batch file as the requests of a family. Pure; whatever is fed in, nothing is thrown. */
export function translateLine(value: unknown, options: TranslateOptions): TranslatedLine {
  const read = readOpenAiLine(value, options);
  const { line } = read;
  if (line === undefined) return { read, bodies: NONE, problems: read.problems, passed: NONE };
  let unsupported = read.unsupported;
  const bodies = bodiesOf(line, options, (each) => {
    unsupported = [...unsupported, each];
  });
  if (bodies === undefined) return { read, bodies: NONE, problems: [wrongTask(line, options.family)], passed: NONE };
  const problems = refusedBy(options.onUnsupported, unsupported, line.endpoint);
  return problems.length > 0 ? { read, bodies: NONE, problems, passed: NONE } : { read, bodies, problems, passed: unsupported };
}

/** Undefined where the family cannot be asked such a thing at all. */
function bodiesOf(
  line: OpenAiLine,
  { family, traits, maxTokens }: TranslateOptions,
  sink: (unsupported: Unsupported) => void,
): readonly JsonObject[] | undefined {
  if (line.endpoint === 'embeddings') {
    if (family.embedding === undefined) return undefined;
    return line.requests.map((request, i) => family.embedding!(request, traits, i === 0 ? sink : ignore));
  }
  if (family.chat === undefined) return undefined;
  const [first] = line.requests;
  const bodies: JsonObject[] = [];
  for (const request of line.requests) {
    // n answers to one prompt are the same request n times
    const isSame = bodies.length > 0 && request === first;
    if (isSame) bodies.push(bodies[0]!);
    else bodies.push(family.chat(withLimit(request, maxTokens), traits, bodies.length === 0 ? sink : ignore));
  }
  return bodies;
}

function withLimit(request: ChatRequest, maxTokens: number | undefined): ChatRequest {
  return maxTokens === undefined || request.maxTokens !== undefined ? request : { ...request, maxTokens };
}

/** What one request of a line cannot say, none of them can. */
function ignore(): void {}

function wrongTask({ endpoint }: OpenAiLine, family: Family): OpenAiProblem {
  const makes = family.task === 'embedding' ? 'makes embeddings' : 'answers conversations';
  return {
    code: 'wrong_endpoint',
    path: 'url',
    message: `the line is one for ${endpoint === 'embeddings' ? 'embeddings' : 'a conversation'}, and the model ${makes}`,
  };
}
