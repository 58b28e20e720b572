import { type OpenAiProblem, type OpenAiRead, pathInLine } from '@batchrock/core';
import { ajvSchemas } from '../../node/index.ts';
import type { OpenAiScan } from '../../request/openai-lines.ts';

/** What is wrong with the schema that a line asks for, if it asks for one. */
export type LineSchemas = (read: OpenAiRead) => readonly OpenAiProblem[];

/** Schemas whose soundness is kept; lines of a file tend to share theirs. */
const MOST_KEPT = 1000;
const NONE: readonly never[] = [];

/** Looks at the JSON schema of each line: one that no answer can be checked by is refused when a run begins. */
export async function lineSchemas({ schemas }: Pick<OpenAiScan, 'schemas'>): Promise<LineSchemas> {
  if (schemas.size === 0) return () => NONE;
  const compile = await ajvSchemas.load();
  const known = new Map<string, string | undefined>();
  return ({ line }) => {
    if (line === undefined || line.endpoint === 'embeddings') return NONE;
    const format = line.requests[0]?.format;
    if (format?.kind !== 'schema') return NONE;
    const key = JSON.stringify(format.schema);
    if (!known.has(key)) {
      if (known.size >= MOST_KEPT) known.clear();
      known.set(
        key,
        whyNot(() => compile(format.schema)),
      );
    }
    const message = known.get(key);
    return message === undefined ? NONE : [{ code: 'bad_schema', path: pathInLine('response_format', line.endpoint), message }];
  };
}

function whyNot(compile: () => unknown): string | undefined {
  try {
    compile();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
