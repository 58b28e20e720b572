import type { EmbeddingRequest } from '../model/index.ts';
import { isBlank } from '../model/index.ts';
import { readFields, readNumber, readString } from './field-rules.ts';
import { EMBEDDING_FIELDS } from './fields.ts';
import { type Findings, type Given, type GivenObject, isAbsent, shown } from './findings.ts';
import { MAX_REQUESTS_OF_LINE } from './line.ts';

/** The requests of a body, one for each text, and how their numbers are written. */
export interface EmbeddingBody {
  readonly requests: readonly EmbeddingRequest[];
  readonly encoding: 'float' | 'base64';
}

/** Reads the body of an embedding. Meaningless where there are problems. */
export function readEmbeddingBody(body: GivenObject, findings: Findings): EmbeddingBody {
  readFields(body, EMBEDDING_FIELDS, {}, findings);
  const shared: { dimensions?: number; user?: string } = {};
  const range = { min: 1, max: Number.MAX_SAFE_INTEGER, whole: true };
  const dimensions = isAbsent(body['dimensions']) ? undefined : readNumber(body['dimensions'], 'dimensions', range, findings);
  const user = isAbsent(body['user']) ? undefined : readString(body['user'], 'user', findings);
  if (dimensions !== undefined) shared.dimensions = dimensions;
  if (user !== undefined && user !== '') shared.user = user;
  const texts = readInputs(body['input'], findings);
  return { requests: texts.map((text) => ({ text, ...shared })), encoding: readEncoding(body['encoding_format'], findings) };
}

function readInputs(input: Given, findings: Findings): readonly string[] {
  if (!Array.isArray(input)) return readText(input, 'input', findings) ? [input as string] : [];
  if (input.length === 0) findings.problem('no_messages', 'input', 'input is an empty list; give a text at least');
  if (input.length > MAX_REQUESTS_OF_LINE) {
    const message = `input has ${input.length} texts; ${MAX_REQUESTS_OF_LINE} are taken at most, give the rest in lines of their own`;
    findings.problem('too_many_requests', 'input', message);
    return [];
  }
  if (typeof input[0] === 'number' || Array.isArray(input[0])) {
    findings.problem('token_input', 'input', 'input is tokens; give the text');
    return [];
  }
  const texts: string[] = [];
  for (let i = 0; i < input.length; i++) if (readText(input[i], `input[${i}]`, findings)) texts.push(input[i] as string);
  return texts;
}

function readText(text: Given, path: string, findings: Findings): boolean {
  if (typeof text !== 'string') {
    findings.badType(path, text, 'a text');
    return false;
  }
  if (!isBlank(text)) return true;
  findings.problem('no_messages', path, `${path} has no text to embed; leave it out`);
  return false;
}

function readEncoding(encoding: Given, findings: Findings): 'float' | 'base64' {
  if (isAbsent(encoding) || encoding === 'float') return 'float';
  if (encoding === 'base64') return 'base64';
  findings.problem('bad_value', 'encoding_format', `encoding_format is ${shown(encoding)}; float or base64 is taken`);
  return 'float';
}
