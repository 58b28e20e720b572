import { isDeepStrictEqual } from 'node:util';
import {
  CancelledError,
  type JsonObject,
  loadRun,
  type ObjectSink,
  resultTable,
  StateError,
  schemaFields,
} from '@batchrock/core';
import { type ResultsRequest, resultsToSink } from './results.ts';
import { openRun, type Session } from './session.ts';

/** What is wanted of a run's rows. */
export interface RowsRequest extends Pick<ResultsRequest, 'only' | 'shape' | 'signal'> {
  /** What the run was asked with: its properties are columns of the rows, with their types. */
  readonly schema?: JsonObject;
}

const BLOCK_BYTES = 256 * 1024;

/**
 * The rows of a run with their outcomes as they are now, in input order: each as its line of JSON Lines results says it. Memory is
 * that of a block, whatever the run; rows are read as they are asked for. `Row` is what the caller knows of them.
 */
export async function* resultRows<Row>(
  session: Session,
  reference: string | undefined,
  { signal, schema, ...o }: RowsRequest = {},
): AsyncGenerator<Row, void, undefined> {
  const run = schema === undefined ? reference : await runBySchema(session, reference, schema);
  const handover = createHandover();
  const all = { ...o, format: 'jsonl', signal: signal ? AbortSignal.any([signal, handover.left]) : handover.left } as const;
  const writing = resultsToSink(session, run, handover.sink, all).finally(() => handover.end());
  // what it throws is thrown below; until then nobody waits for it
  writing.catch(() => undefined);
  try {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    let rest = '';
    for (let block = await handover.next(); block !== undefined; block = await handover.next()) {
      const lines = (rest + decoder.decode(block, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield JSON.parse(line) as Row;
    }
    await writing;
  } finally {
    handover.leave();
    await writing.catch(() => undefined);
  }
}

/** The id of a run whose rows have the columns of a schema. Throws `BR-E0219` where they have others. */
async function runBySchema(session: Session, reference: string | undefined, schema: JsonObject): Promise<string> {
  const { id, home, connection } = await openRun(session, reference);
  const asked = home.document.request.schema;
  if (asked === undefined) throw otherRows(id, 'was asked without a schema');
  if (!isDeepStrictEqual(asked.schema, schema)) throw otherRows(id, 'was asked with another schema');
  const { body } = await loadRun(connection.ports.ledger, id);
  const { fields = [], names } = resultTable(home.document, body);
  const own = new Set<string>(Object.values(names));
  for (const [i, { key }] of schemaFields(schema).entries()) {
    if (fields[i]?.name !== key && !own.has(key)) {
      throw otherRows(id, `has ${key} from its dataset; the answer's is ${fields[i]?.name}`);
    }
  }
  return id;
}

function otherRows(run: string, why: string): StateError {
  return new StateError('BR-E0219', `run ${run} ${why}`, { details: { run } });
}

/** Blocks from one who writes to one who reads: one is in hand, and is written to again when the next is asked for. */
interface Handover {
  readonly sink: ObjectSink;
  /** Aborted when nobody reads any more. */
  readonly left: AbortSignal;
  /** Undefined when there are no more. */
  next(): Promise<Uint8Array | undefined>;
  /** Nothing more is written. */
  end(): void;
  leave(): void;
}

function createHandover(): Handover {
  const leaving = new AbortController();
  let full = deferred<Uint8Array | undefined>();
  let read: Deferred<void> | undefined;
  return {
    left: leaving.signal,
    sink: {
      blockBytes: BLOCK_BYTES,
      block: () => new Uint8Array(BLOCK_BYTES),
      async write(block) {
        if (leaving.signal.aborted) throw new CancelledError();
        read = deferred<void>();
        full.resolve(block);
        await read.promise;
        return block.byteLength === BLOCK_BYTES ? block : new Uint8Array(BLOCK_BYTES);
      },
      commit: async () => ({ key: '-', size: 0, etag: '' }),
      abort: async () => undefined,
    },
    next() {
      if (read !== undefined) {
        full = deferred();
        read.resolve();
        read = undefined;
      }
      return full.promise;
    },
    end: () => full.resolve(undefined),
    leave() {
      leaving.abort(new CancelledError());
      read?.resolve();
    },
  };
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
}

function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
