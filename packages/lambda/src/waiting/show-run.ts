import { eachBody, findRun, ledgerKeys, type PartBody, type RunBody, type RunPorts } from '@batchrock/core';
import { blockedHint } from '../failure/index.ts';
import { changeFile, type FileBody, isOver } from '../files/index.ts';
import type { Log } from '../log/index.ts';

/**
 * Brings a file's item up to its run, in a commit that fails when the run has gone on meanwhile: what is shown is never older than
 * what was shown before. A file that is at its end stays as it is. `hasJob`: it is known that a job of the run was created.
 */
export async function showRun(
  engine: { readonly ports: RunPorts; readonly log: Log },
  { file, run, hasJob }: { readonly file: string; readonly run: string; readonly hasJob: boolean },
): Promise<void> {
  const { ports } = engine;
  let known = hasJob;
  let seen: Awaited<ReturnType<typeof findRun>>;
  await changeFile(
    engine,
    file,
    async (there) => {
      if (there === undefined || isOver(there) || there.run !== run) return undefined;
      seen = await findRun(ports.ledger, run);
      if (seen === undefined || seen.body.state === 'preparing') return undefined;
      if (there.startedAt === undefined && !known) known = await hasStarted(ports, seen.body);
      return shown(there, seen.body, known, ports.clock.now());
    },
    { also: async () => (seen === undefined ? [] : [{ check: ledgerKeys.run(run), expect: seen.version }]) },
  );
}

function shown(file: FileBody, run: RunBody, hasJob: boolean, now: number): FileBody {
  const { reason: before, startedAt = hasJob ? now : undefined, ...rest } = file;
  const reason = reasonFor(run, before);
  return {
    ...rest,
    status: statusFor(file, run, startedAt !== undefined),
    attempt: run.attempt,
    ...(startedAt !== undefined && { startedAt }),
    ...(reason !== undefined && { reason }),
  };
}

function statusFor(file: FileBody, run: RunBody, hasStarted: boolean): FileBody['status'] {
  if (run.paused !== undefined && run.state === 'running') return 'Paused';
  // it was asked for while the run was prepared, and is about to be done
  if (file.wantsPause) return file.status;
  return hasStarted ? 'InProgress' : 'Pending';
}

/** Why a run waits; what was said of one that is being cancelled stays until it is. */
function reasonFor(run: RunBody, before: FileBody['reason']): FileBody['reason'] {
  if (run.state !== 'running') return before?.code === 'Cancelled' ? before : undefined;
  if (run.blocked === undefined) return undefined;
  const { code, message } = run.blocked;
  return { code, message: blockedHint(code, message) };
}

/** True when a part of the run has had a job; an index may not show it yet. */
async function hasStarted(ports: RunPorts, { run }: RunBody): Promise<boolean> {
  for await (const { jobArn } of eachBody<PartBody>(ports.ledger, { index: 'parts', at: run, limit: 50 })) {
    if (jobArn !== undefined) return true;
  }
  return false;
}
