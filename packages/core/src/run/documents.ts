import type { CallOptions } from '../ports/index.ts';
import type { RunDocument } from './document.ts';
import { loadDocument } from './load.ts';
import type { RunPorts } from './ports.ts';

/** Documents that a process keeps at hand at once. */
const KEPT = 8;

const kept = new WeakMap<RunPorts, Map<string, RunDocument>>();

/** `run.json`, read once a process: it never changes once it is there. */
export async function documentOf(ports: RunPorts, run: string, o?: CallOptions): Promise<RunDocument> {
  const documents = kept.get(ports) ?? new Map<string, RunDocument>();
  kept.set(ports, documents);
  const known = documents.get(run);
  if (known !== undefined) return known;
  const document = await loadDocument(ports, run, o);
  for (const oldest of documents.keys()) if (documents.size >= KEPT) documents.delete(oldest);
  documents.set(run, document);
  return document;
}
