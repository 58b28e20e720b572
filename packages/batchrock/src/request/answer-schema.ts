import { resolve } from 'node:path';
import { type AnswerSchema, InputError, type JsonObject, type Schemas } from '@batchrock/core';
import { ajvSchemas, nodeSha256, storageError, systemErrorCode } from '../node/index.ts';
import { readPromptBytes } from './read-prompt.ts';

/** A question that may ask for answers by a schema. */
interface MayHaveSchema {
  /** Path of a JSON file, or the schema itself. */
  readonly schema?: string | JsonObject;
}

/** The same with the schema read and found to be sound. */
export type WithAnswerSchema<T> = T & { readonly answerSchema?: AnswerSchema };

/** What models are told that an answer is called, where the schema has no title that may be a name. */
const DEFAULT_NAME = 'answer';

/**
 * Reads the schema of a question and makes sure that answers can be checked by it. Throws `BR-E0101` for a file that cannot be read,
 * `BR-E0130` for what is no JSON, or no schema that can be used.
 */
export async function withAnswerSchema<T extends MayHaveSchema>(
  question: T,
  cwd: string,
  schemas: Schemas = ajvSchemas,
): Promise<WithAnswerSchema<T>> {
  const { schema: given } = question;
  if (given === undefined) return question;
  const schema = typeof given === 'string' ? await readSchema(given, cwd) : given;
  const where = typeof given === 'string' ? `${given}: ` : '';
  const compile = await schemas.load();
  try {
    compile(schema);
  } catch (cause) {
    throw cause instanceof InputError ? refused(`${where}${cause.message}`, given, cause) : cause;
  }
  return { ...question, answerSchema: answerSchemaOf(schema) };
}

/** A schema that was found to be sound, with what it is known by. */
export function answerSchemaOf(schema: JsonObject): AnswerSchema {
  const { title } = schema;
  const name = typeof title === 'string' && /^[\w-]{1,64}$/.test(title) ? title : DEFAULT_NAME;
  const bytes = new TextEncoder().encode(JSON.stringify(schema));
  return { name, schema, sha256: Buffer.from(nodeSha256.sha256(bytes)).toString('hex') };
}

async function readSchema(file: string, cwd: string): Promise<JsonObject> {
  const bytes = await readPromptBytes(resolve(cwd, file), file).catch((error: unknown) => {
    if (error instanceof InputError) throw error;
    if (systemErrorCode(error) === 'ENOENT')
      throw new InputError('BR-E0101', `no such file: ${file}, the schema`, { cause: error });
    throw storageError(error, `read the schema ${file}`);
  });
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    if (cause instanceof TypeError) throw new InputError('BR-E0114', `the schema in ${file} is not UTF-8`, { cause });
    throw refused(`${file}: the schema is no JSON: ${(cause as Error).message}`, file, cause);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw refused(`${file}: the schema is no JSON object`, file);
}

function refused(message: string, given: string | JsonObject, cause?: unknown): InputError {
  const file = typeof given === 'string' ? { details: { file: given } } : {};
  return new InputError('BR-E0130', message, { ...file, ...(cause === undefined ? {} : { cause }) });
}
