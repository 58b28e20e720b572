import { isServiceError } from '../errors/index.ts';
import type { PartBody } from '../job/index.ts';
import type { CallOptions } from '../ports/index.ts';
import { ordinalOf, RECORD_ID_LENGTH, recordId } from '../record/index.ts';
import { MANIFEST } from './job-output.ts';
import { objectKeys } from './keys.ts';
import { LineChain } from './line-chain.ts';
import { readText } from './load.ts';
import type { RunPorts } from './ports.ts';
import { SinkWriter } from './sink-writer.ts';

type Ports = Pick<RunPorts, 'objects'>;
type Part = Pick<PartBody, 'run' | 'attempt' | 'part' | 'clientRequestToken'>;

/** How the work on a part on demand came to its end. */
export interface OnDemandEnd {
  readonly status: 'Completed' | 'Stopped';
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
}

/** In the place of a job's ARN: the same for the same part, whoever works on it. */
export function onDemandId(part: Part): string {
  return `on-demand/${part.run}/${part.attempt}/${part.part}/${part.clientRequestToken.slice(0, 20)}`;
}

/** Where the answers of a part lie: what a job would have written, in the place of its job. */
function folderOf(part: Part): string {
  return `${objectKeys.outputFolder(part.run, part.attempt, part.part)}${part.clientRequestToken.slice(0, 20)}/`;
}

/**
 * How the work on a part has ended; undefined while it may go on. The manifest is written once and last, so it alone says so: whoever
 * writes it first, by finishing or by stopping, has decided.
 */
export async function readEnd(ports: Ports, part: Part, o?: CallOptions): Promise<OnDemandEnd | undefined> {
  const text = await readText(ports.objects, `${folderOf(part)}${MANIFEST}`, o);
  if (text === undefined) return undefined;
  const said = JSON.parse(text) as Record<string, unknown>;
  const count = (name: string): number => (typeof said[name] === 'number' ? said[name] : 0);
  return {
    status: said['status'] === 'Stopped' ? 'Stopped' : 'Completed',
    total: count('totalRecordCount'),
    succeeded: count('successRecordCount'),
    failed: count('errorRecordCount'),
  };
}

/** Ends the work on a part; how it has ended, where somebody else was first. */
export async function writeEnd(ports: Ports, part: Part, end: OnDemandEnd, o?: CallOptions): Promise<OnDemandEnd> {
  const manifest = {
    totalRecordCount: end.total,
    processedRecordCount: end.succeeded + end.failed,
    successRecordCount: end.succeeded,
    errorRecordCount: end.failed,
    status: end.status,
  };
  try {
    await writeObject(ports, `${folderOf(part)}${MANIFEST}`, [encode(JSON.stringify(manifest))], { ifAbsent: true, ...o });
    return end;
  } catch (error) {
    if (!isServiceError(error, 'conflict')) throw error;
    return (await readEnd(ports, part, o)) ?? end;
  }
}

/** Which records of a part have their line already. */
export interface Answered {
  readonly ordinals: ReadonlySet<number>;
  readonly succeeded: number;
}

/** Reads what is there: whoever goes on asks for the rest alone. */
export async function readAnswered(ports: Ports, part: Part, o?: CallOptions): Promise<Answered> {
  const keys: string[] = [];
  for await (const { key } of ports.objects.list(folderOf(part), o)) if (key.endsWith('.jsonl.out')) keys.push(key);
  const ordinals = new Set<number>();
  let succeeded = 0;
  const lines = new LineChain(ports.objects, keys, o);
  try {
    while (await lines.fill()) {
      while (lines.next()) {
        const ordinal = ordinalOf(lines.bytes, lines.start + HEAD.length);
        if (ordinal < 0 || ordinals.has(ordinal)) continue;
        ordinals.add(ordinal);
        if (startsWith(lines.bytes, lines.start + ID_END, OUTPUT)) succeeded++;
      }
    }
  } finally {
    await lines.close();
  }
  return { ordinals, succeeded };
}

/** A line as a job writes it, without the input. */
export function answerLine(prefix: string, ordinal: number, answer: { readonly output: Uint8Array } | OutputError): Uint8Array {
  const id = encode(recordId(prefix, ordinal));
  if ('output' in answer) return concat([HEAD, id, OUTPUT, answer.output, TAIL]);
  const { errorCode, errorMessage } = answer;
  return concat([HEAD, id, ERROR, encode(JSON.stringify({ errorCode, errorMessage })), TAIL]);
}

interface OutputError {
  readonly errorCode: number;
  readonly errorMessage: string;
}

/** Bytes of an object before the next one is begun: it is written anew with each line, so it must stay small. */
const OBJECT_BYTES = 128 * 1024;

/** Keeps lines: each is in the bucket when its promise resolves. What comes while an object is written goes with the next write. */
export interface AnswerKeeper {
  keep(line: Uint8Array): Promise<void>;
}

/**
 * Opens a keeper. Its objects have names of their own, by `session`, so that whoever else works on the part, or did before it died, keeps
 * his: two answers of one record are one outcome all the same.
 */
export function openAnswerKeeper(ports: Ports, part: Part, session: string, o?: CallOptions): AnswerKeeper {
  let object: Uint8Array[] = [];
  let bytes = 0;
  let number = 0;
  let waiting: Uint8Array[] = [];
  let next: Promise<void> | undefined;
  let writing: Promise<void> = Promise.resolve();

  const write = async (): Promise<void> => {
    next = undefined;
    if (bytes >= OBJECT_BYTES) {
      object = [];
      bytes = 0;
      number++;
    }
    for (const line of waiting) {
      object.push(line);
      bytes += line.length;
    }
    waiting = [];
    const key = `${folderOf(part)}${session}-${String(number).padStart(6, '0')}.jsonl.out`;
    await writeObject(ports, key, object, o);
  };

  return {
    keep(line) {
      waiting.push(line);
      if (next === undefined) {
        next = writing.then(write);
        // whoever waits for it hears of it
        writing = next.catch(() => undefined);
      }
      return next;
    },
  };
}

async function writeObject(
  { objects }: Ports,
  key: string,
  pieces: readonly Uint8Array[],
  o?: CallOptions & { readonly ifAbsent?: boolean },
): Promise<void> {
  const sink = objects.create(key, { ...(o?.ifAbsent && { ifAbsent: true }), signal: o?.signal });
  const writer = new SinkWriter(sink);
  try {
    for (const piece of pieces) await writer.write(piece);
    await writer.commit();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

const HEAD = encode('{"recordId":"');
const OUTPUT = encode('","modelOutput":');
const ERROR = encode('","error":');
const TAIL = encode('}\n');
/** Where a line goes on behind its record id. */
const ID_END = HEAD.length + RECORD_ID_LENGTH;

function startsWith(bytes: Uint8Array, at: number, what: Uint8Array): boolean {
  return what.every((byte, i) => bytes[at + i] === byte);
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
