// The same generated requests for Batchrock, LangBatch and LiteLLM, and a table of what each makes of them: docs/peers.md.
// Needs python3 and PyPI for the first run; everything else stays on loopback. `--write` writes the table anew.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startLocalBedrock } from '@batchrock/local';
import { createTally, type Tally } from '../clients/checks.ts';
import { openPythonEnvironment } from '../clients/python.ts';
import { judgeAnswers } from './answers.ts';
import { writeForBotocore } from './judge.ts';
import { openLocalJobs } from './local-jobs.ts';
import { translateOurs } from './ours.ts';
import { cellOf, cellsOf, type JudgedRow, peersPage } from './page.ts';
import { SYSTEMS, type System } from './peer.ts';
import { botocoreProblems, type Peer, runPeer } from './python-peer.ts';
import { drawRows, type Row } from './rows.ts';
import { judgeLines, type Verdict, worstOf } from './verdict.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const PAGE = join(root, 'docs/peers.md');

async function main(): Promise<number> {
  const tally = createTally();
  const work = mkdtempSync(join(tmpdir(), 'batchrock-peers-'));
  try {
    const rows = await judgeAll(work);
    const page = peersPage(
      rows.map(({ judged }) => judged),
      provenance(rows),
    );
    if (process.argv.includes('--write')) writeFileSync(PAGE, page);
    process.stdout.write(page);
    checkRows(tally, rows, cellsOf(readFileSync(PAGE, 'utf8')));
  } catch (error) {
    tally.add('peers', error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  process.stdout.write(`${tally.passed} passed, ${tally.failed} failed\n`);
  return tally.failed === 0 ? 0 : 1;
}

interface JudgedPair {
  readonly judged: JudgedRow;
  /** What ours has to be. */
  readonly expected: Row['expected'];
  readonly requests: number;
}

async function judgeAll(work: string): Promise<readonly JudgedPair[]> {
  const langbatch: Peer = {
    records: file('./langbatch_peer.py'),
    answers: file('./langbatch_answers.py'),
    ...(await openPythonEnvironment(join(root, '.venv-langbatch'), file('./langbatch-requirements.txt'))),
  };
  const litellm: Peer = {
    records: file('./litellm_peer.py'),
    answers: file('./litellm_answers.py'),
    ...(await openPythonEnvironment(join(root, '.venv-litellm'), file('./litellm-requirements.txt'))),
  };
  const buckets = ['langbatch-in', 'langbatch-out', 'litellm-files', 'judge', 'batchrock-local'];
  const local = await startLocalBedrock({ dir: join(work, 'local'), buckets, minRecords: 1, maxJobs: 2_000 });
  const jobs = openLocalJobs(local.url, 'judge');
  try {
    const rows = drawRows();
    const lines = rows.flatMap((row) => row.lines);
    const [ours, byLangBatch, byLiteLlm] = await Promise.all([
      translateOurs(lines, join(work, 'ours')),
      runPeer(langbatch, lines, local.url, join(work, 'langbatch')),
      runPeer(litellm, lines, local.url, join(work, 'litellm')),
    ]);
    const made = { Batchrock: ours, LangBatch: byLangBatch, LiteLLM: byLiteLlm };
    const verdicts = new Map<System, ReadonlyMap<string, Verdict>>();
    for (const system of SYSTEMS) {
      const byBotocore: Parameters<typeof judgeLines>[4] = (sent) => {
        writeForBotocore(join(work, 'bodies.jsonl'), sent);
        return botocoreProblems(litellm.python, join(work, 'bodies.jsonl'), sent.length);
      };
      verdicts.set(system, await judgeLines(system, lines, made[system], jobs, byBotocore));
    }
    const answers = await judgeAnswers({ langbatch, litellm, endpoint: local.url, folder: join(work, 'answers') });
    return [
      ...rows.map((row) => ({ judged: judgedRow(row, verdicts), expected: row.expected, requests: row.lines.length })),
      ...answers.map((judged) => ({ judged, expected: 'right' as const, requests: 0 })),
    ];
  } finally {
    jobs.close();
    await local.close();
  }
}

function judgedRow(row: Row, verdicts: ReadonlyMap<System, ReadonlyMap<string, Verdict>>): JudgedRow {
  const of = (system: System): Verdict => worstOf(row.lines.map(({ customId }) => verdicts.get(system)!.get(customId)!));
  return {
    section: row.section,
    name: row.name,
    verdicts: { Batchrock: of('Batchrock'), LangBatch: of('LangBatch'), LiteLLM: of('LiteLLM') },
  };
}

/** Ours has to be right, or refused where nothing else is; the others as the page has them. */
function checkRows(tally: Tally, rows: readonly JudgedPair[], kept: ReadonlyMap<string, readonly string[]>): void {
  for (const { judged, expected } of rows) {
    const name = `${judged.section}: ${judged.name}`;
    const ours = judged.verdicts.Batchrock;
    tally.add(`Batchrock: ${name}`, ours.kind === expected ? undefined : `${ours.kind} in place of ${expected}: ${ours.why}`);
    for (const [i, system] of SYSTEMS.entries()) {
      if (system === 'Batchrock') continue;
      const cell = cellOf(judged.verdicts[system]);
      const before = kept.get(name)?.[i] ?? 'nothing';
      tally.add(`${system}: ${name}`, cell === before ? undefined : `${cell}, and docs/peers.md has ${before}`);
    }
  }
}

function provenance(rows: readonly JudgedPair[]): Parameters<typeof peersPage>[1] {
  const version = (name: string): string => /==(\S+)/.exec(readFileSync(file(name), 'utf8'))?.[1] ?? 'unknown';
  return {
    date: new Date().toISOString().slice(0, 10),
    versions: { LangBatch: version('./langbatch-requirements.txt'), LiteLLM: version('./litellm-requirements.txt') },
    requests: rows.reduce((sum, { requests }) => sum + requests, 0),
  };
}

process.exitCode = await main();
