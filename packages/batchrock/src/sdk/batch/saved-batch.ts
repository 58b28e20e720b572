import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { InputError, StateError } from '@batchrock/core';
import { storageError, systemErrorCode, writeWhole } from '../../node/index.ts';
import { findRunId, loadRunHome, type Session } from '../session.ts';
import type { BatchKind, BatchRequest } from './batch-options.ts';

/** A batch on disk: `<state directory>/batches/<id>.json`, schema `batchrock.batch/1`. No secret is in it. */
export interface SavedBatch {
  readonly schema: 'batchrock.batch/1';
  readonly id: string;
  readonly kind: BatchKind;
  /** A copy of the requests. */
  readonly file: string;
  readonly request: BatchRequest;
  readonly run?: string;
}

/** Writes a batch, whole or not at all, in place of what was saved of it before. */
export async function saveBatch(session: Pick<Session, 'dir'>, batch: SavedBatch): Promise<void> {
  const path = pathOf(session, batch.id);
  await writeWhole(path, `${JSON.stringify(batch)}\n`, { what: `save the batch in ${path}`, makesFolder: true });
}

/**
 * A batch by its id; or by the id of its run, whether it was saved or not, as the ledger knows all of a batch that was started. Throws
 * `BR-E0120` without an id, `BR-E0201` where there is neither, and `BR-E0207` for a batch of the other kind.
 */
export async function loadBatch(session: Session, kind: BatchKind, id: string): Promise<SavedBatch> {
  if (typeof id !== 'string' || id === '') {
    throw new InputError('BR-E0120', 'the id of a batch is empty', { hint: 'give what save() gave, or the id of a run' });
  }
  const found = (await readSaved(session, id)) ?? (await batchOfRun(session, id));
  if (found.kind === kind) return found;
  const [is, use] = found.kind === 'chat' ? ['conversations', 'ChatCompletionBatch'] : ['embeddings', 'EmbeddingBatch'];
  throw new StateError('BR-E0207', `batch ${id} is of ${is}`, { hint: `load it by ${use}.load`, details: { batch: id } });
}

const SAVED_ID = /^[0-9a-f-]{36}$/;

async function readSaved(session: Session, id: string): Promise<SavedBatch | undefined> {
  if (!SAVED_ID.test(id)) return undefined;
  const path = pathOf(session, id);
  let saved: unknown;
  try {
    saved = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') {
      throw new StateError('BR-E0201', `no batch ${id} was saved in ${session.dir.path}`, {
        hint: 'check stateDir; a batch that was started can be loaded by the id of its run, too',
        details: { batch: id },
      });
    }
    throw error instanceof SyntaxError ? unreadable(path) : storageError(error, `read ${path}`);
  }
  if (!isSaved(saved)) throw unreadable(path);
  return saved;
}

/** What every batch that was saved has. */
function isSaved(value: unknown): value is SavedBatch {
  const { schema, id, kind, file, request, run = '' } = fieldsOf(value);
  if (schema !== 'batchrock.batch/1' || (kind !== 'chat' && kind !== 'embedding')) return false;
  return [id, file, run, fieldsOf(request)['model']].every((each) => typeof each === 'string');
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function unreadable(path: string): StateError {
  return new StateError('BR-E0205', `${path} is no batch that this version reads`);
}

async function batchOfRun(session: Session, reference: string): Promise<SavedBatch> {
  const run = await findRunId(session, reference);
  const { document, target, dataset } = await loadRunHome(session, run);
  if (document.request.openai === undefined) {
    throw new StateError('BR-E0207', `run ${run} is of other rows than OpenAI requests`, { details: { run } });
  }
  return {
    schema: 'batchrock.batch/1',
    id: run,
    run,
    kind: document.model.task === 'embedding' ? 'embedding' : 'chat',
    file: resolve(session.cwd, dataset.name),
    request: { model: document.model.modelId, region: target.region, inputFormat: 'openai' },
  };
}

function pathOf({ dir }: Pick<Session, 'dir'>, id: string): string {
  return join(dir.path, 'batches', `${id}.json`);
}
