import { resolve } from 'node:path';
import { loadRun, objectKeys, StateError } from '@batchrock/core';
import { findHome, pointerKey, readPointer, resultsFolder } from '../../orchestrator/index.ts';
import { type OpenedRun, openRun, type Session } from '../session.ts';
import { type DownloadOptions, type DownloadReport, downloadFiles, type RemoteFile } from './download-files.ts';

/** What is downloaded, and where to. */
export interface RunFilesRequest extends DownloadOptions {
  /** Default: `downloads/<job prefix>`, and `raw` in it for what Bedrock wrote. */
  readonly folder?: string | undefined;
}

/** Files of a run that were downloaded. */
export interface RunFilesReport extends DownloadReport {
  readonly run: string;
}

/**
 * Downloads the files of results that an orchestrator has written, as they are in its bucket, and the `run.json` that tells what they
 * are. Throws `BR-E0204` while they are not there.
 */
export async function downloadResults(
  session: Session,
  reference: string | undefined,
  request: RunFilesRequest = {},
): Promise<RunFilesReport> {
  const opened = await openRun(session, reference);
  const { ports } = opened.connection;
  const prefix = (await findHome(ports, opened.id))?.jobNamePrefix;
  const pointer = prefix === undefined ? undefined : await readPointer(ports.objects, pointerKey(prefix));
  if (prefix === undefined || pointer?.results === undefined || pointer.run !== opened.id) {
    const { body } = await loadRun(ports.ledger, opened.id);
    throw new StateError('BR-E0204', `the results of run ${opened.id} are not written yet: it is ${body.state}`, {
      hint: 'batchrock watch waits for it; --out FILE.jsonl writes the rows as they are now',
      details: { run: opened.id },
    });
  }
  const folder = resultsFolder(prefix);
  const names = new Set([...pointer.results.files, pointerKey(prefix)]);
  const files: RemoteFile[] = [];
  for await (const info of ports.objects.list(folder, request.signal ? { signal: request.signal } : {})) {
    if (names.delete(info.key)) files.push({ ...info, name: info.key.slice(folder.length) });
  }
  const [gone] = names;
  if (gone !== undefined) {
    throw new StateError('BR-E0208', `${ports.objects.uri}/${gone} of run ${opened.id} is gone`, {
      hint: 'the same execution input writes the results again and pays for nothing; or --out FILE writes them here',
      details: { run: opened.id, key: gone },
    });
  }
  return download(session, opened, files, request, `downloads/${prefix}`);
}

/**
 * Downloads what Bedrock itself has written for a run, by part and attempt: `<part>-<attempt>/<job id>/`, with the output lines of each
 * job and its manifest. Records that fill a job up to the service's minimum are among them. Throws `BR-E0204` while there is nothing.
 */
export async function downloadRaw(
  session: Session,
  reference: string | undefined,
  request: RunFilesRequest = {},
): Promise<RunFilesReport> {
  const opened = await openRun(session, reference);
  const { ports } = opened.connection;
  const prefix = session.stack === undefined ? undefined : (await findHome(ports, opened.id))?.jobNamePrefix;
  const folder = `${objectKeys.folder(opened.id)}/output/`;
  const files: RemoteFile[] = [];
  for await (const info of ports.objects.list(folder, request.signal ? { signal: request.signal } : {})) {
    if (info.key !== folder && !info.key.endsWith('/')) files.push({ ...info, name: info.key.slice(folder.length) });
  }
  if (files.length === 0) {
    throw new StateError('BR-E0204', `Bedrock has written nothing for run ${opened.id} yet`, { details: { run: opened.id } });
  }
  return download(session, opened, files, request, `downloads/${prefix ?? opened.id}/raw`);
}

async function download(
  session: Session,
  { id, connection }: OpenedRun,
  files: readonly RemoteFile[],
  { folder, ...o }: RunFilesRequest,
  usual: string,
): Promise<RunFilesReport> {
  return { run: id, ...(await downloadFiles(connection.ports.objects, resolve(session.cwd, folder ?? usual), files, o)) };
}
