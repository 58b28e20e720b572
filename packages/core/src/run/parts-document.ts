import { StateError } from '../errors/index.ts';
import type { PartFacts } from '../job/index.ts';
import type { CallOptions } from '../ports/index.ts';
import { objectKeys } from './keys.ts';
import { LineChain } from './line-chain.ts';
import type { RunPorts } from './ports.ts';
import { readJson } from './read-json.ts';
import { SinkWriter } from './sink-writer.ts';
import { writeText } from './summary.ts';

/** `runs/<run>/prepared.json`, schema `prepared/1`: what only a pass over the rows knows of a run. */
export interface PreparedDocument {
  readonly schema: 'batchrock.prepared/1';
  readonly run: string;
  readonly rows: number;
  readonly rejected: number;
  readonly parts: number;
  /** JSON Lines: the columns in order of first sight. */
  readonly columns?: readonly string[];
}

type Ports = Pick<RunPorts, 'objects'>;

/** Writes the parts of an attempt, one line each: it exists before the first of them may be sent, so no job is without its line. */
export async function writePartsDocument(
  ports: Ports,
  run: string,
  attempt: number,
  parts: readonly PartFacts[],
  o: CallOptions = {},
): Promise<void> {
  const writer = new SinkWriter(ports.objects.create(objectKeys.parts(run, attempt), o));
  try {
    for (const part of parts) await writer.write(new TextEncoder().encode(`${JSON.stringify(part)}\n`));
    await writer.commit();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** The parts of an attempt, in order; undefined when that attempt was never begun. */
export async function readPartsDocument(
  ports: Ports,
  run: string,
  attempt: number,
  o: CallOptions,
): Promise<PartFacts[] | undefined> {
  const key = objectKeys.parts(run, attempt);
  if ((await ports.objects.head(key, o)) === undefined) return undefined;
  const lines = new LineChain(ports.objects, [key], o);
  const decoder = new TextDecoder();
  const facts: PartFacts[] = [];
  try {
    while (await lines.fill()) {
      while (lines.next()) facts.push(parsePart(key, decoder.decode(lines.bytes.subarray(lines.start, lines.end))));
    }
  } finally {
    await lines.close();
  }
  return facts;
}

function parsePart(key: string, line: string): PartFacts {
  try {
    return JSON.parse(line) as PartFacts;
  } catch (cause) {
    throw new StateError('BR-E0208', `${key} is damaged: a line that is no part`, {
      cause,
      details: { key },
      hint: 'restore the object from a version of the bucket',
    });
  }
}

/** Says that a run is prepared, and what of. */
export async function writePrepared(
  ports: Ports,
  prepared: Omit<PreparedDocument, 'schema'>,
  o: CallOptions = {},
): Promise<void> {
  const document: PreparedDocument = { schema: 'batchrock.prepared/1', ...prepared };
  await writeText(ports.objects, objectKeys.prepared(prepared.run), `${JSON.stringify(document, null, 2)}\n`, o);
}

/** What a run is made of; undefined when its preparation never came to its end. */
export function readPrepared(ports: Ports, run: string, o?: CallOptions): Promise<PreparedDocument | undefined> {
  return readJson<PreparedDocument>(ports, objectKeys.prepared(run), 'batchrock.prepared/1', o);
}
