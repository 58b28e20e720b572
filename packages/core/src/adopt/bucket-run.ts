import { StateError } from '../errors/index.ts';
import { jobIdentity, type PartFacts } from '../job/index.ts';
import type { CallOptions } from '../ports/index.ts';
import {
  jobParameters,
  loadDocument,
  objectKeys,
  type PreparedDocument,
  type RunDocument,
  type RunOrders,
  type RunPorts,
  readOrders,
  readPartsDocument,
  readPrepared,
} from '../run/index.ts';

/** A run as its bucket knows it. */
export interface BucketRun {
  readonly document: RunDocument;
  readonly prepared: PreparedDocument;
  /** Undefined where nothing was asked of it after it was frozen. */
  readonly orders: RunOrders | undefined;
  /** The parts of each generation that was begun: `generations[attempt - 1]`. */
  readonly generations: readonly (readonly PartFacts[])[];
}

/**
 * Reads a run from its bucket. Throws `BR-E0214` when there is none, when it was made elsewhere, and when its preparation never
 * came to its end: then nothing of it was sent. Throws `BR-E0208` when what there is does not belong together.
 */
export async function readBucketRun(ports: RunPorts, id: string, o: CallOptions): Promise<BucketRun> {
  const document = await documentOfRun(ports, id, o);
  const prepared = await readPrepared(ports, id, o);
  if (prepared === undefined) {
    throw new StateError('BR-E0214', `run ${id} was not prepared to its end, so nothing of it was ever sent`, {
      hint: 'give its batchrock run command again',
      details: { run: id },
    });
  }
  return { document, prepared, orders: await readOrders(ports, id, o), generations: await readGenerations(ports, document, o) };
}

async function documentOfRun(ports: RunPorts, id: string, o: CallOptions): Promise<RunDocument> {
  const key = objectKeys.document(id);
  const { uri } = ports.objects;
  if ((await ports.objects.head(key, o)) === undefined) {
    throw new StateError('BR-E0214', `there is no run ${id} at ${uri}: ${key} is missing`, {
      hint: `check bucket, prefix and run id; aws s3 ls ${uri}/runs/ lists the runs there`,
      details: { run: id, key },
    });
  }
  const document = await loadDocument(ports, id, o);
  if (document.run === id && document.job.storeUri === uri) return document;
  const home = `${document.job.storeUri}/${objectKeys.folder(document.run)}`;
  throw new StateError('BR-E0214', `${uri}/${objectKeys.folder(id)} is a copy of ${home}, where its jobs read and write`, {
    hint: `batchrock adopt ${home}`,
    details: { run: id, home },
  });
}

async function readGenerations(ports: RunPorts, document: RunDocument, o: CallOptions): Promise<PartFacts[][]> {
  const generations: PartFacts[][] = [];
  for (;;) {
    const attempt = generations.length + 1;
    const parts = await readPartsDocument(ports, document.run, attempt, o);
    if (parts === undefined && attempt > 1) return generations;
    checkParts(ports, document, attempt, parts ?? []);
    generations.push(parts ?? []);
  }
}

/** Names and tokens are worked out again: with other ones a job that exists would not be found, and be paid for twice. */
function checkParts(ports: RunPorts, document: RunDocument, attempt: number, parts: readonly PartFacts[]): void {
  const { run, job } = document;
  const isSound = (facts: PartFacts, part: number): boolean => {
    if (facts.run !== run || facts.attempt !== attempt || facts.part !== part || facts.lane !== document.lane) return false;
    const { namePrefix } = job;
    const identity = jobIdentity(ports.digest, {
      run,
      part,
      attempt,
      namePrefix,
      parameters: jobParameters(document, facts),
    });
    return identity.jobName === facts.jobName && identity.clientRequestToken === facts.clientRequestToken;
  };
  if (parts.length > 0 && parts.every(isSound)) return;
  const key = objectKeys.parts(run, attempt);
  throw new StateError('BR-E0208', `${ports.objects.uri}/${key} does not fit ${objectKeys.document(run)}`, {
    hint: 'restore both from a version of the bucket',
    details: { run, key },
  });
}
