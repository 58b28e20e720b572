import type { CallOptions, ObjectInfo } from '../ports/index.ts';
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

/** Lists the folder: names are not guessed, since a job with several input files has several outputs. */
export async function listJobOutput(ports: Pick<RunPorts, 'objects'>, folder: string, options: CallOptions): Promise<JobOutput> {
  const files: ObjectInfo[] = [];
  let manifest: Manifest | undefined;
  for await (const info of ports.objects.list(folder, options)) {
    if (info.key.endsWith('.jsonl.out')) files.push(info);
    else if (info.key === `${folder}manifest.json.out`) manifest = await readManifest(ports, info.key, options);
  }
  return { files, ...(manifest && { manifest }) };
}

async function readManifest(ports: Pick<RunPorts, 'objects'>, key: string, options: CallOptions): Promise<Manifest | undefined> {
  const source = await ports.objects.open(key, options);
  if (source === undefined) return undefined;
  const block = new Uint8Array(MAX_MANIFEST_BYTES);
  let length = 0;
  try {
    for (let read = 1; read > 0 && length < block.length; length += read) read = await source.readInto(block.subarray(length));
  } finally {
    await source.close();
  }
  return parseManifest(new TextDecoder().decode(block.subarray(0, length)));
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
