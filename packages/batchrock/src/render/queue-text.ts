import type { QueuedFile } from '../sdk/queue/index.ts';
import { bytes, count, isoTime, localTime, plural, short, usd, usdNumber } from './figures.ts';
import { type Column, renderTable } from './table.ts';
import { displayWidth, fit, printable } from './width.ts';

const FIGURES: readonly Column[] = [
  { title: 'FILE' },
  { title: 'STATUS' },
  { title: 'ROWS', side: 'right' },
  { title: 'OK', side: 'right' },
  { title: 'BAD', side: 'right' },
  { title: 'COST', side: 'right' },
  { title: 'RECEIVED' },
];
const NAMES: readonly Column[] = [{ title: 'NAME' }, { title: 'MODEL' }];

/** Files as a table; where it is wider than the terminal, name and model stand on a second line below each file. */
export function renderFiles(files: readonly QueuedFile[], width: number): string[] {
  const whole = renderTable(
    [...FIGURES, ...NAMES],
    files.map((file) => [...figuresOf(file), ...namesOf(file)]),
  );
  if (whole.every((line) => displayWidth(line) <= width)) return whole;
  const [header, ...lines] = renderTable(FIGURES, files.map(figuresOf));
  return [
    header as string,
    ...lines.flatMap((line, i) => [
      line,
      fit(
        `  ${namesOf(files[i] as QueuedFile)
          .map(printable)
          .join(' · ')}`,
        width,
      ),
    ]),
  ];
}

function figuresOf({ file, status, counts, costUsd, receivedAt }: QueuedFile): string[] {
  const bad = counts === undefined ? undefined : counts.failed + counts.rejected;
  return [file, status, count(counts?.rows), count(counts?.succeeded), count(bad), usd(costUsd), localTime(receivedAt)];
}

function namesOf({ name, modelId }: QueuedFile): string[] {
  return [name, modelId === '' ? '—' : modelId];
}

/** All that `queue show` shows of a file. Times are local: it is read at a terminal. */
export function renderFile(file: QueuedFile): string[] {
  const { counts, tokens, reason } = file;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['file', file.file],
    ['status', file.status],
    ['why', reason && `${reason.code} ${reason.message}`],
    ['object', `s3://${file.bucket}/${file.key}, ${bytes(file.size)}`],
    ['model', file.modelId === '' ? undefined : file.modelId],
    ['priority', file.weight === 1 ? file.priority : `${file.priority}, weight ${file.weight}`],
    ['timeout', file.timeoutHours === undefined ? undefined : `${file.timeoutHours} hours a job`],
    ['received', localTime(file.receivedAt)],
    ['started', file.startedAt === undefined ? undefined : localTime(file.startedAt)],
    ['ended', file.endedAt === undefined ? undefined : localTime(file.endedAt)],
    ['attempt', file.attempt?.toString()],
    ['rows', counts && countsText(counts)],
    ['tokens', tokens && `${short(tokens.input)} in, ${short(tokens.output)} out`],
    ['cost', file.costUsd === undefined ? undefined : `${usd(file.costUsd)} by batch inference (USD)`],
    ['results', file.resultsUri],
    ['run', file.run],
  ];
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(9)} ${printable(value)}`]));
}

function countsText({ rows, succeeded, failed, rejected, pending, truncated }: NonNullable<QueuedFile['counts']>): string {
  const cut = truncated > 0 ? ` (${count(truncated)} cut off at the token limit)` : '';
  const left = pending ? `, ${count(pending)} pending` : '';
  return `${plural(rows, 'row')}: ${count(succeeded)} succeeded${cut}, ${count(failed)} failed, ${count(rejected)} rejected${left}`;
}

/** A file as `--json` tells it. Unknown figures are null. */
export function fileDocument(file: QueuedFile): object {
  const { counts, tokens } = file;
  return {
    file: file.file,
    status: file.status,
    bucket: file.bucket,
    key: file.key,
    size: file.size,
    name: file.name,
    model: file.modelId === '' ? null : file.modelId,
    priority: file.priority,
    weight: file.weight,
    timeoutHours: file.timeoutHours ?? null,
    run: file.run ?? null,
    receivedAt: isoTime(file.receivedAt),
    startedAt: file.startedAt === undefined ? null : isoTime(file.startedAt),
    endedAt: file.endedAt === undefined ? null : isoTime(file.endedAt),
    attempt: file.attempt ?? null,
    rows: counts?.rows ?? null,
    succeeded: counts?.succeeded ?? null,
    failed: counts?.failed ?? null,
    rejected: counts?.rejected ?? null,
    pending: counts === undefined ? null : (counts.pending ?? 0),
    truncated: counts?.truncated ?? null,
    inputTokens: tokens?.input ?? null,
    outputTokens: tokens?.output ?? null,
    cost: { currency: 'USD', batch: usdNumber(file.costUsd) },
    reason: file.reason ?? null,
    results: file.resultsUri ?? null,
  };
}
