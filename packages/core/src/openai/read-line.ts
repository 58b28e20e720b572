import { readChatBody, readCompletionBody, readResponseBody } from './chat-body.ts';
import { readEmbeddingBody } from './embedding-body.ts';
import { Findings, type Given, type GivenObject, isAbsent, isObject, shown } from './findings.ts';
import { COPY_KEY, type OpenAiEndpoint, type OpenAiLine, type OpenAiRead, type ReadOptions } from './line.ts';

/** Endpoints by what `url` says, with and without the version. */
export const OPENAI_URLS: ReadonlyMap<unknown, OpenAiEndpoint> = new Map(
  (
    [
      ['/chat/completions', 'chat'],
      ['/embeddings', 'embeddings'],
      ['/completions', 'completions'],
      ['/responses', 'responses'],
    ] as const
  ).flatMap(([path, endpoint]) => [
    [`/v1${path}`, endpoint],
    [path, endpoint],
  ]),
);

/** Reads the text of a line. See `readOpenAiLine`. */
export function readOpenAiText(text: string, options: ReadOptions = {}): OpenAiRead {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const findings = new Findings();
    findings.lineProblem(
      'not_json',
      '',
      `the line is not JSON: ${error instanceof Error ? error.message : 'it cannot be parsed'}`,
    );
    return { problems: findings.problems, unsupported: [], urls: [] };
  }
  return readOpenAiLine(value, options);
}

/**
 * Reads a parsed line of an OpenAI batch file: the envelope, and the body of its endpoint. Whatever is fed in, nothing is thrown;
 * all that is wrong is among the problems.
 */
export function readOpenAiLine(value: unknown, options: ReadOptions = {}): OpenAiRead {
  const findings = new Findings(options.fetched, unfetchedOf(value));
  if (!isObject(value)) {
    findings.lineProblem('not_an_object', '', 'the line is no JSON object; {"custom_id", "method", "url", "body"} is needed');
    return { problems: findings.problems, unsupported: [], urls: [] };
  }
  const customId = readCustomId(value['custom_id'], findings);
  if (value['method'] !== 'POST') {
    findings.lineProblem('bad_method', 'method', `method is ${shown(value['method'])}; "POST" is needed`);
  }
  const endpoint = OPENAI_URLS.get(value['url']);
  if (endpoint === undefined) {
    const urls = [...OPENAI_URLS.keys()].filter((each) => String(each).startsWith('/v1'));
    findings.lineProblem(
      'unknown_url',
      'url',
      `url is ${shown(value['url'])}; ${urls.join(', ')} are translated, with and without /v1`,
    );
  }
  const { body } = value;
  if (!isObject(body))
    findings.lineProblem(isAbsent(body) ? 'missing_field' : 'bad_type', 'body', `body is ${shown(body)}; an object is needed`);
  const model = isObject(body) ? readModel(body['model'], findings) : undefined;
  const requests = isObject(body) && endpoint !== undefined ? readBody(body, endpoint, findings) : undefined;
  return assemble(customId, model, endpoint, requests, findings);
}

/** Why bytes behind URLs of a line could not be fetched, by URL, where a copy of ours says so. */
function unfetchedOf(value: unknown): GivenObject | undefined {
  const mark = isObject(value) ? value[COPY_KEY] : undefined;
  const unfetched = isObject(mark) ? mark['unfetched'] : undefined;
  return isObject(unfetched) ? unfetched : undefined;
}

/** True for an object that has what a line of an OpenAI batch file has, and no `modelInput`. */
export function looksLikeOpenAi(value: unknown): boolean {
  return isObject(value) && 'custom_id' in value && 'body' in value && !('modelInput' in value);
}

type Requests =
  | Pick<OpenAiLine & { endpoint: 'chat' }, 'requests'>
  | Pick<OpenAiLine & { endpoint: 'embeddings' }, 'requests' | 'encoding'>;

function readBody(body: GivenObject, endpoint: OpenAiEndpoint, findings: Findings): Requests {
  if (endpoint === 'chat') return { requests: readChatBody(body, findings) };
  if (endpoint === 'embeddings') return readEmbeddingBody(body, findings);
  return { requests: endpoint === 'completions' ? readCompletionBody(body, findings) : readResponseBody(body, findings) };
}

function assemble(
  customId: string | undefined,
  model: string | undefined,
  endpoint: OpenAiEndpoint | undefined,
  requests: Requests | undefined,
  findings: Findings,
): OpenAiRead {
  const { problems, unsupported, urls } = findings;
  const read: { -readonly [K in keyof OpenAiRead]: OpenAiRead[K] } = { problems, unsupported, urls };
  if (customId !== undefined) read.customId = customId;
  if (model !== undefined) read.model = model;
  if (endpoint !== undefined) read.endpoint = endpoint;
  if (problems.length > 0 || customId === undefined || endpoint === undefined || requests === undefined) return read;
  read.line = (
    model === undefined ? { customId, endpoint, ...requests } : { customId, model, endpoint, ...requests }
  ) as OpenAiLine;
  return read;
}

function readCustomId(given: Given, findings: Findings): string | undefined {
  if (typeof given === 'string' && given !== '') return given;
  const value = given === '' ? 'an empty text' : shown(given);
  findings.lineProblem('bad_custom_id', 'custom_id', `custom_id is ${value}; a text of one character at least is needed`);
  return undefined;
}

/** May be left out: the run has a model of its own. */
function readModel(given: Given, findings: Findings): string | undefined {
  if (isAbsent(given)) return undefined;
  if (typeof given === 'string' && given !== '') return given;
  findings.badType('model', given || undefined, 'a text');
  return undefined;
}
