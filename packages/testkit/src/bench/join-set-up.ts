/**
 * Prepares a run of a dataset and writes the output of its jobs, in a process of its own, so that the memory that it takes
 * is not the bench's. Arguments: folder, dataset, rows, and `texts` or
 * `embeddings`.
 */
import { spawnSync } from 'node:child_process';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { loadParts, loadRun, objectKeys, prepareRun } from '@batchrock/core';
import { openCsv } from '@batchrock/formats';
import { openSqliteLedger } from '@batchrock/sqlite';
import { openFileSource } from 'batchrock/node';
import { seededRandom } from '../memory/index.ts';
import { jobId } from '../way-back/index.ts';
import { textAnswers, vectorAnswers, writeBedrockOutput } from './bedrock-output.ts';
import { benchDocument, benchPorts } from './csv-to-jobs.ts';
import { embeddingsDocument } from './embeddings-document.ts';
import { openMemoryFolder } from './memory-folder.ts';

const [dir, dataset, rows, answers] = process.argv.slice(2) as [string, string, string, string];
const ledger = openSqliteLedger(join(dir, 'ledger.db'));
const ports = benchPorts(dir, ledger);
const document = await (answers === 'embeddings' ? embeddingsDocument : benchDocument)({ dir, dataset, rows: Number(rows) });
await prepareRun(ports, { document, openRows: async () => openCsv(await openFileSource(dataset)) });
const run = await loadRun(ledger, document.run);
const random = seededRandom(7);
/** Bytes of a line of output, a little more than it has. */
const LINE_BYTES = { texts: 1000, embeddings: 13_500 };
const memory = openMemoryFolder(dir, Number(rows) * LINE_BYTES[answers === 'embeddings' ? 'embeddings' : 'texts']);
const answer = answers === 'embeddings' ? vectorAnswers(random) : textAnswers(random);
for (const part of await loadParts(ledger, run.body)) {
  const folder = join(dir, 'store', objectKeys.outputFolder(part.run, 1, part.part), jobId(1, part.part));
  await mkdir(folder, { recursive: true });
  for (let file = 0; file < part.files; file++) {
    const input = await readFile(join(dir, 'store', objectKeys.inputFile(part.run, 1, part.part, file)));
    const name = `${String(file).padStart(3, '0')}.jsonl.out`;
    const path = memory === undefined ? join(folder, name) : join(memory, `${part.part}-${name}`);
    await writeBedrockOutput(path, splitLines(input), answer, random);
    if (memory !== undefined) await symlink(path, join(folder, name));
  }
}
ledger.close();
// what is still on its way to the disk would be written while the join is timed: up to two gigabytes
spawnSync('sync');

function splitLines(text: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf(10, at);
    lines.push(text.subarray(at, end));
    at = end + 1;
  }
  return lines;
}
