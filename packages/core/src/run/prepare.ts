import { InvariantError, isServiceError, StateError } from '../errors/index.ts';
import type { CachedCounts, PartBody, PartFacts } from '../job/index.ts';
import { type CallOptions, dialectColumns, type ReadPosition, type RowReader } from '../ports/index.ts';
import type { RunBody, RunDocument } from './document.ts';
import { partItem, runItem } from './items.ts';
import { objectKeys } from './keys.ts';
import { findPart, findRun, loadRun, putRun } from './load.ts';
import { tailOf } from './on-demand-rule.ts';
import { type RunOwner, writeOwner } from './owner.ts';
import { writePartsDocument, writePrepared } from './parts-document.ts';
import type { RunPorts } from './ports.ts';
import { PreparePass, type PrepareProgress } from './prepare-pass.ts';
import { RepeatedRequests } from './repeated-requests.ts';
import { sharingOf } from './sharing.ts';
import { writeSharingRows } from './sharing-rows.ts';
import { writeText } from './summary.ts';
import { recordEvent, transact } from './transact.ts';

export interface PrepareOptions extends CallOptions {
  /** Frozen; goes to `run.json`. */
  readonly document: RunDocument;
  /** Opens the dataset at its start, or at the first byte of a row. May be called again. */
  readonly openRows: (from?: ReadPosition) => Promise<RowReader>;
  readonly onProgress?: (progress: PrepareProgress) => void;
  /** Who drives the run, for whoever finds it in its bucket; absent: that is not kept, and nobody is kept out. */
  readonly owner?: RunOwner | undefined;
}

/** What a prepared run is made of. */
export interface PreparedRun {
  readonly rows: number;
  readonly rejected: number;
  /** Rows that are not sent because one before them asks for the same; absent where there are none. */
  readonly duplicates?: number;
  /** Rows that are not sent because another run has paid for their answers; absent where there are none. */
  readonly cached?: CachedCounts;
  readonly parts: number;
  readonly columns: readonly string[];
  /** Rows were left out, because the parts that may be made are full. */
  readonly isCut?: boolean;
}

/**
 * Makes a run of a dataset: `run.json`, then in one streaming pass the input of every job, the rows as they came and the
 * outcomes of those that cannot be sent, then `parts.jsonl` and `prepared.json`; at last the run is `running`, and its parts may be sent.
 *
 * It can be given up anywhere and called again: parts are committed in order, each after its objects, so it goes on behind
 * the last one and ends in the same bytes. Nothing of a part is visible before its rows are certain, so whatever an earlier try
 * has left on its way, an upload or a commit, says the same. Memory is bounded by constants. Where all rows of the run are
 * compared, the dataset is read once more before, each time that this is called.
 *
 * Throws what the readers throw before anything is written (no rows, column names) or in the middle (a quote that is never
 * closed), and `BR-E0113` for the first bad row of a strict run. Nothing was sent then.
 */
export async function prepareRun(ports: RunPorts, options: PrepareOptions): Promise<PreparedRun> {
  const { document, signal } = options;
  const known = (await findRun(ports.ledger, document.run, { signal }))?.body;
  if (known && known.state !== 'preparing') return preparedBefore(known, document);

  const made = await makeAllParts(ports, options, known);
  if (made === undefined) return preparedBefore((await loadRun(ports.ledger, document.run, { signal })).body, document);
  const { end, columns, isCut, facts } = made;
  const prepared: PreparedRun = {
    rows: end.ordinal,
    rejected: beginAfter(facts).rejected,
    ...duplicatesOf(facts),
    ...cachedOf(facts),
    parts: facts.length,
    columns,
    ...(isCut && { isCut }),
  };
  if (document.dedupe === 'run') await writeSharingRows(ports, document, facts, { signal });
  await writePartsDocument(ports, document.run, 1, facts, { signal });
  await writePrepared(ports, { run: document.run, ...whatWasFound(prepared, document) }, { signal });
  await startRun(ports, document, prepared, { signal });
  return prepared;
}

type MadeParts = Awaited<ReturnType<PreparePass['run']>> & { readonly facts: readonly PartFacts[] };

interface PassOptions extends PrepareOptions {
  readonly repeats: RepeatedRequests | undefined;
}

/** Looks first which rows ask for the same, where all of the run are compared. Undefined: see `makeParts`. */
async function makeAllParts(
  ports: RunPorts,
  options: PrepareOptions,
  known: RunBody | undefined,
): Promise<MadeParts | undefined> {
  const repeats = await RepeatedRequests.of(ports, options);
  try {
    return await makeParts(ports, { ...options, repeats }, known);
  } finally {
    await repeats?.close();
  }
}

/**
 * Makes the parts that are not in the ledger yet. In a run with a cache another process may be first to say which rows of a part
 * are sent: one that prepares the run too, or what a dead one had on its way. Then the part is made as that says; `decided` was.
 * Undefined: another process has prepared the run in the meantime.
 */
async function makeParts(
  ports: RunPorts,
  options: PassOptions,
  known: RunBody | undefined,
  decided = -1,
): Promise<MadeParts | undefined> {
  const { document, signal } = options;
  const facts = known ? await committedParts(ports, document.run, { signal }) : [];
  if (facts === undefined) return undefined;
  try {
    const pass = await beginPass(ports, options, known, facts);
    return { ...(await pass.run()), facts };
  } catch (error) {
    if (document.cache !== true || !isServiceError(error, 'conflict') || facts.length <= decided) throw error;
    const { body: now } = await loadRun(ports.ledger, document.run, { signal });
    if (now.state !== 'preparing') return undefined;
    return makeParts(ports, options, now, facts.length);
  }
}

/** A pass over the rows behind the parts in `facts`, which takes those that it makes. */
async function beginPass(
  ports: RunPorts,
  options: PassOptions,
  known: RunBody | undefined,
  facts: PartFacts[],
): Promise<PreparePass> {
  const { document, signal } = options;
  const family = await ports.families.of(document.model);
  const isNew = known === undefined && (await hasNoInputs(ports, document.run, { signal }));
  const columns = known?.columns ?? [];
  const last = facts.at(-1);
  const reader = await options.openRows(last?.span && { ...last.span.to, columns });
  return closingOnError(reader, async () => {
    const made = new PreparePass(ports, reader, beginAfter(facts), {
      document,
      family,
      openRows: options.openRows,
      repeats: options.repeats,
      isNew,
      onProgress: options.onProgress,
      signal,
      onPart: async (part, seen) => {
        await commitPart(ports, part, document.source.dialect.format === 'jsonl' ? seen : [], { signal });
        facts.push(part);
      },
    });
    if (!known) await putPreparing(ports, document, options.owner, { signal });
    return made;
  });
}

/** A ledger that does not know the run may be new itself, and the run not. */
async function hasNoInputs({ objects }: RunPorts, run: string, o: CallOptions): Promise<boolean> {
  for await (const _ of objects.list(objectKeys.inputs(run), o)) return false;
  return true;
}

function preparedBefore(run: RunBody, document: RunDocument): PreparedRun {
  const columns = dialectColumns(document.source.dialect) ?? run.columns ?? [];
  return { rows: run.rows ?? 0, rejected: run.rejected ?? 0, parts: run.parts[0] ?? 0, columns };
}

/**
 * The parts in the ledger, from the first up to the first that is not there. Undefined where one was sent already: who stood still
 * behind its look at the run may come to a run that another process has brought to its start since.
 */
async function committedParts(ports: RunPorts, run: string, o: CallOptions): Promise<PartFacts[] | undefined> {
  const facts: PartFacts[] = [];
  for (;;) {
    const found = await findPart(ports.ledger, { run, attempt: 1, part: facts.length }, o);
    if (!found) return facts;
    const { state, ...part } = found.body;
    if (state !== 'ready' && state !== 'collected') {
      if ((await loadRun(ports.ledger, run, o)).body.state !== 'preparing') return undefined;
      throw new InvariantError(`part ${part.part} was sent while ${run} is prepared`);
    }
    facts.push(part);
  }
}

function beginAfter(facts: readonly PartFacts[]): { readonly part: number; readonly rejected: number } {
  return { part: facts.length, rejected: facts.reduce((sum, part) => sum + (part.rejected ?? 0), 0) };
}

/** Rows that were left out as duplicates, where some were. */
function duplicatesOf(facts: readonly PartFacts[]): Pick<PreparedRun, 'duplicates'> {
  const duplicates = facts.reduce((sum, part) => sum + (part.duplicates ?? 0), 0);
  return duplicates > 0 ? { duplicates } : {};
}

/** Rows that have answers of other runs, where some have. */
function cachedOf(facts: readonly PartFacts[]): Pick<PreparedRun, 'cached'> {
  const sum = (of: (counts: CachedCounts) => number) => facts.reduce((all, { cached }) => all + (cached ? of(cached) : 0), 0);
  const rows = sum((cached) => cached.rows);
  return rows > 0 ? { cached: { rows, truncated: sum((cached) => cached.truncated) } } : {};
}

async function closingOnError<T>(reader: RowReader, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await reader.close();
    throw error;
  }
}

/** `run.json` first: a run in the ledger always has its document. */
async function putPreparing(ports: RunPorts, document: RunDocument, owner: RunOwner | undefined, o: CallOptions): Promise<void> {
  await writeText(ports.objects, objectKeys.document(document.run), `${JSON.stringify(document, null, 2)}\n`, o);
  if (owner !== undefined) await writeOwner(ports, document.run, owner, o);
  await transact<void>(
    ports,
    async () => {
      const found = await findRun(ports.ledger, document.run, o);
      return { writes: found ? [] : [{ put: runItem(newRun(document, owner)), expect: 'absent' }], result: undefined };
    },
    o,
  );
}

function newRun(document: RunDocument, owner: RunOwner | undefined): RunBody {
  const { run, identity, lane, source, model, createdAt, maxAttempts, synthetic } = document;
  return {
    run,
    identity,
    state: 'preparing',
    lane,
    ...sharingOf(document),
    ...tailOf(document),
    source: source.name,
    modelId: model.modelId,
    createdAt,
    attempt: 1,
    maxAttempts,
    parts: [],
    synthetic,
    ...(owner && { owner: owner.id }),
    seq: 0,
  };
}

/** Puts a part, and with it the columns that its rows brought, so that whoever goes on behind it has them in their order. */
function commitPart(ports: RunPorts, facts: PartFacts, columns: readonly string[], o: CallOptions): Promise<void> {
  return transact<void>(
    ports,
    async () => {
      const before = await findPart(ports.ledger, facts, o);
      if (before?.body.clientRequestToken === facts.clientRequestToken) return { writes: [], result: undefined };
      const run = await loadRun(ports.ledger, facts.run, o);
      if (before || run.body.state !== 'preparing') throw overtaken(facts.run);
      const body: PartBody = { ...facts, state: facts.records === 0 ? 'collected' : 'ready' };
      const grown = columns.length > (run.body.columns?.length ?? 0);
      const runWrite = grown
        ? putRun(run, { ...run.body, columns: [...columns] })
        : ({ check: runItem(run.body).key, expect: run.version } as const);
      return { writes: [{ put: partItem(body), expect: 'absent' }, runWrite], result: undefined };
    },
    o,
  );
}

function overtaken(run: string): StateError {
  return new StateError('BR-E0202', `run ${run} was prepared by another process in the meantime`, { details: { run } });
}

/** The columns are said where no dialect says them. */
function whatWasFound({ rows, rejected, parts, columns }: PreparedRun, { source }: RunDocument) {
  return { rows, rejected, parts, ...(source.dialect.format === 'jsonl' && { columns: [...columns] }) };
}

function startRun(ports: RunPorts, document: RunDocument, prepared: PreparedRun, o: CallOptions): Promise<void> {
  const { rows, rejected, duplicates, cached, parts, isCut } = prepared;
  return transact<void>(
    ports,
    async () => {
      const run = await loadRun(ports.ledger, document.run, o);
      if (run.body.state !== 'preparing') return { writes: [], result: undefined };
      const change = { state: 'running', ...whatWasFound(prepared, document), parts: [parts] } as const;
      const same = duplicates === undefined ? '' : `, ${duplicates} duplicates`;
      const shared = cached === undefined ? same : `${same}, ${cached.rows} from the cache`;
      const message = `${parts} ${parts === 1 ? 'part' : 'parts'}, ${rows} rows, ${rejected} rejected${shared}${isCut ? ', the rest left out' : ''}`;
      return { writes: recordEvent(ports, run, { kind: 'prepared', message }, change), result: undefined };
    },
    o,
  );
}
