import { findRun, isBatchrockError, loadDocument, type RunBody } from '@batchrock/core';
import { openSqliteLedger, type SqliteLedger } from '@batchrock/sqlite';
import { addFileNotes, readFileNotes } from '../../compose/file-notes.ts';
import { type OpenedStack, openStack } from '../../compose/open-stack.ts';
import type { RunHome } from '../../compose/run-home.ts';
import type { StackPlace } from '../../compose/stack-place.ts';
import { findHome, openHomes, pointerKey, readPointer } from '../../orchestrator/index.ts';
import type { Session } from '../opened-session.ts';
import { executionArnOf } from './names.ts';
import { runOfOutput } from './run-of-output.ts';

/** Opens a stack. What this machine notes of its runs, the files of their results, stands in its own ledger. */
export async function openStackSession(
  place: StackPlace,
  { dir, env, cwd, notice, log }: Pick<Session, 'dir' | 'env' | 'cwd' | 'notice' | 'log'>,
): Promise<Session> {
  const opened = await openStack(place, { dir, env, notice });
  const { stack, ledger, target, connection } = opened;
  const { ports } = connection;
  let own: SqliteLedger | undefined;
  const notes = () => {
    own ??= openSqliteLedger(dir.ledger);
    return { ...ports, ledger: own };
  };
  return {
    dir,
    ledger,
    ledgerName: `stack ${stack.name}`,
    env,
    cwd,
    notice,
    notify: [],
    log,
    stack: {
      ...opened,
      name: stack.name,
      isOwn: (run) => isOwn(opened, run),
      findRun: (reference) => findNamedRun(opened, reference),
      noteOutput: (run, output) => addFileNotes(notes(), run, { output }),
    },
    connect: async () => connection,
    async findHome(run) {
      const home = await homeOf(opened, run);
      return home && { ...home, ...(await readFileNotes(notes().ledger, run)), target };
    },
    noteExports: (_, run, exports) => addFileNotes(notes(), run, { exports }),
    isAttended: async (run) => (await findHome({ ledger }, run))?.isOpen ?? false,
    async close() {
      await opened.close();
      own?.close();
    },
  };
}

/** What the document of a run says; undefined while there is none. */
async function homeOf({ connection, target }: OpenedStack, run: string): Promise<RunHome | undefined> {
  try {
    const document = await loadDocument(connection.ports, run);
    const { source, asked } = document;
    return {
      document,
      target,
      dataset: { name: source.name, format: source.dialect.format },
      exports: [],
      maxErrorRate: asked?.maxErrorRate ?? 0,
    };
  } catch (error) {
    if (isBatchrockError(error) && error.code === 'BR-E0208') return undefined;
    throw error;
  }
}

const RUN_ID = /^r-[0-9a-z]{10}$/;
/** As a prefix of jobs and the name of an execution may be written, whichever allows more. */
const NAME = /^[\w.-]+(\/[\w.-]+)*$/;

/** A run of one store knows it; before stores shared ledgers none did. */
function isOwn({ connection }: OpenedStack, { store }: Pick<RunBody, 'store'>): boolean {
  return store === undefined || store === connection.ports.objects.uri;
}

async function findNamedRun(opened: OpenedStack, reference: string): Promise<string | undefined> {
  const { stack, ledger, executions, connection } = opened;
  if (RUN_ID.test(reference)) {
    const found = (await findRun(ledger, reference))?.body;
    return found !== undefined && isOwn(opened, found) ? found.run : undefined;
  }
  const isArn = reference.includes(':execution:');
  if (!isArn && !NAME.test(reference)) return undefined;
  const pointer = isArn ? undefined : await readPointer(connection.ports.objects, pointerKey(reference));
  if (pointer !== undefined) return pointer.run;
  const executionArn = isArn ? reference : executionArnOf(stack.machineArn, reference);
  const open = (await openHomes({ ledger }, stack.bucket)).find(({ execution }) => execution === executionArn);
  if (open !== undefined) return open.run;
  if (reference.includes('/')) return undefined;
  return runOfOutput((await executions.look(executionArn))?.output);
}
