import type { PartBody } from '../job/index.ts';
import type { CallOptions, ObjectInfo } from '../ports/index.ts';
import { inputName, objectKeys } from './keys.ts';
import type { RunPorts } from './ports.ts';

/** What Bedrock left in a job's folder. */
export interface JobOutput {
  /** The `*.jsonl.out` files, in order of their keys. */
  readonly files: readonly ObjectInfo[];
  /** `manifest.json.out`; absent while it is not there or cannot be read. */
  readonly manifest?: Manifest;
}

/** Totals of a job (Bedrock User Guide, results of batch inference, 2026-11). 0 for what it does not say. */
export interface Manifest {
  readonly total: number;
  /** Succeeded and failed ones. */
  readonly processed: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** A manifest has six numbers. */
const MAX_MANIFEST_BYTES = 65_536;
/** What nearly every one fits in. */
const MANIFEST_BYTES = 4096;

/** What is known of a job before a look at its folder. */
interface LookOptions extends CallOptions {
  /** How many input files it had: each has an output of its name. */
  readonly files: number;
  /** It did all of its records. */
  readonly isComplete: boolean;
  /** What is not there by now will not come. */
  readonly isOver: boolean;
}

/**
 * What a job left. Where the manifest and an output for each input file are there, the folder is not listed, which costs twelve times as
 * much; nor where there is no manifest yet, without which nothing is read before its time is over. Then it is listed, since what a job
 * that was stopped or failed has left, and under which names, is not known.
 */
export async function lookAtOutput(ports: Ports, folder: string, o: LookOptions): Promise<JobOutput> {
  const { files, isComplete, isOver, signal } = o;
  if (isOver) return listJobOutput(ports, folder, { signal });
  const manifest = await readManifest(ports, `${folder}${MANIFEST}`, { signal });
  if (manifest === undefined) return { files: [] };
  const named = isComplete ? await namedOutputs(ports, folder, files, { signal }) : [];
  return named.length > 0 ? { files: named, manifest } : listJobOutput(ports, folder, { signal });
}

/** What is written last of a job's output, and says how many records there were. */
export const MANIFEST = 'manifest.json.out';

type Ports = Pick<RunPorts, 'objects'>;

/** Where the job of a part writes; undefined before it has one. */
export function jobFolder({ run, attempt, part, jobArn = '' }: PartJob): string | undefined {
  const jobId = jobArn.slice(jobArn.lastIndexOf('/') + 1);
  return jobId === '' ? undefined : `${objectKeys.outputFolder(run, attempt, part)}${jobId}/`;
}

type PartJob = Pick<PartBody, 'run' | 'attempt' | 'part' | 'jobArn'>;

/** What the manifest of a part's job says; undefined where there is none, or none that can be read. */
export async function jobManifest(ports: Ports, part: PartJob, options: CallOptions = {}): Promise<Manifest | undefined> {
  const folder = jobFolder(part);
  return folder === undefined ? undefined : readManifest(ports, `${folder}${MANIFEST}`, options);
}

/** Whether an object is the manifest of a job: a few numbers, which say what it was billed for. */
export function isManifestKey(key: string): boolean {
  return /^runs\/[^/]+\/output\//.test(key) && key.endsWith(`/${MANIFEST}`);
}

/** The outputs of so many input files; none where one is missing. */
async function namedOutputs({ objects }: Ports, folder: string, files: number, o: CallOptions): Promise<readonly ObjectInfo[]> {
  const found: ObjectInfo[] = [];
  for (let file = 0; file < files; file++) {
    const info = await objects.head(`${folder}${inputName(file)}.out`, o);
    if (info === undefined) return [];
    found.push(info);
  }
  return found;
}

/** All outputs in the folder, whatever they are called. */
async function listJobOutput(ports: Ports, folder: string, options: CallOptions): Promise<JobOutput> {
  const files: ObjectInfo[] = [];
  let manifest: Manifest | undefined;
  for await (const info of ports.objects.list(folder, options)) {
    if (info.key.endsWith('.jsonl.out')) files.push(info);
    else if (info.key === `${folder}${MANIFEST}`) manifest = await readManifest(ports, info.key, options);
  }
  return { files, ...(manifest && { manifest }) };
}

async function readManifest(ports: Ports, key: string, options: CallOptions): Promise<Manifest | undefined> {
  const source = await ports.objects.open(key, options);
  if (source === undefined) return undefined;
  let block = new Uint8Array(MANIFEST_BYTES);
  let length = 0;
  try {
    for (let read = 1; read > 0 && length < block.length; length += read) {
      read = await source.readInto(block.subarray(length));
      if (length + read === block.length) block = enlarged(block);
    }
  } finally {
    await source.close();
  }
  return parseManifest(new TextDecoder().decode(block.subarray(0, length)));
}

function enlarged(block: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.min(MAX_MANIFEST_BYTES, 16 * block.length));
  larger.set(block);
  return larger;
}

function parseManifest(text: string): Manifest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Record<string, unknown>;
  const count = (name: string): number => {
    const field = fields[name];
    return typeof field === 'number' && Number.isSafeInteger(field) && field > 0 ? field : 0;
  };
  return {
    total: count('totalRecordCount'),
    processed: count('processedRecordCount'),
    inputTokens: count('inputTokenCount'),
    outputTokens: count('outputTokenCount'),
  };
}
