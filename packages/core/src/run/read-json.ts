import { StateError } from '../errors/index.ts';
import type { CallOptions } from '../ports/index.ts';
import { readText } from './load.ts';
import type { RunPorts } from './ports.ts';

/** A small JSON object of a run; undefined when there is none. Throws `BR-E0205` when it was written by another version. */
export async function readJson<T extends { readonly schema: string }>(
  ports: Pick<RunPorts, 'objects'>,
  key: string,
  schema: T['schema'],
  o?: CallOptions,
): Promise<T | undefined> {
  const text = await readText(ports.objects, key, o).catch(unlessNotUtf8);
  if (text === undefined) return undefined;
  const value = parse(text) as Partial<T> | null | undefined;
  if (typeof value === 'object' && value?.schema === schema) return value as T;
  throw new StateError('BR-E0205', `${ports.objects.uri}/${key} is damaged or of another version; this version reads ${schema}`, {
    details: { key },
    hint: 'restore it from a version of the bucket',
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** No JSON is empty. */
function unlessNotUtf8(error: unknown): string {
  if (error instanceof TypeError) return '';
  throw error;
}
