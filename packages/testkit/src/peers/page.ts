import { SYSTEMS, type System } from './peer.ts';
import type { Verdict } from './verdict.ts';

/** A row as it is printed. */
export interface JudgedRow {
  readonly section: string;
  readonly name: string;
  readonly verdicts: Readonly<Record<System, Verdict>>;
}

/** What the page says of where it comes from. */
export interface Provenance {
  readonly date: string;
  readonly versions: Readonly<Record<'LangBatch' | 'LiteLLM', string>>;
  readonly requests: number;
}

/** `docs/peers.md`. */
export function peersPage(rows: readonly JudgedRow[], { date, versions, requests }: Provenance): string {
  const sections = [...new Set(rows.map((row) => row.section))];
  return [
    '# Beside LangBatch and LiteLLM',
    '',
    '<!-- Written by `npm run test:peers -- --write` from packages/testkit/src/peers/ -->',
    '',
    `${requests} generated requests of OpenAI’s batch format, the same ones for each, and answers of the local Bedrock: LangBatch ${versions.LangBatch} and`,
    `LiteLLM ${versions.LiteLLM} as they come from PyPI, and Batchrock. Made on ${date}; \`npm run test:peers\` makes it again and fails where a verdict changes.`,
    '',
    ...legend(),
    '',
    `| | rows | ${SYSTEMS.map((system) => `${system}: right, wrong, refused`).join(' | ')} |`,
    `|---|---|${SYSTEMS.map(() => '---').join('|')}|`,
    ...[...sections.map((title) => [title, rows.filter((row) => row.section === title)] as const), ['all', rows] as const].map(
      ([title, of]) => `| ${title} | ${of.length} | ${SYSTEMS.map((system) => countsOf(of, system)).join(' | ')} |`,
    ),
    '',
    ...sections.flatMap((title) => [
      `## ${title}`,
      '',
      `| | ${SYSTEMS.join(' | ')} |`,
      `|---|${SYSTEMS.map(() => '---').join('|')}|`,
      ...rows.filter((row) => row.section === title).map(rowLine),
      '',
    ]),
  ].join('\n');
}

function legend(): readonly string[] {
  return [
    '- **right**: each body is one of the model’s API, the local Bedrock answers it, and all that was asked stands in it. Judges are the',
    '  types of Anthropic’s, OpenAI’s and AWS’s SDKs, botocore’s model of Converse, the JSON schemas kept of each family after the vendors’',
    '  documentation, and a look for each feature: the bytes of the image, the words of `stop`, the schema of the tool.',
    '- **refused**: nothing is sent, and an error says so. That is what Batchrock does with what a model cannot be told, unless',
    '  `--on-unsupported` says otherwise, and what is right for a request that cannot be right.',
    '- **wrong**: a body that the service refuses, something that was asked and is not in it, or an error that is not about the request',
    '  (a `KeyError`). The first reason stands beside it. A row of several requests is wrong if one of them is.',
    '',
    'LangBatch is asked through `chat_completion_batch` and `start()`, and LiteLLM through `create_file`; what they upload to the S3 of the',
    'local Bedrock is judged. They are unchanged and see no AWS. LiteLLM’s `create_batch` and `file_content` know AWS’s own endpoints alone:',
    'boto3 creates its job, and its handler of Bedrock’s files reads the output. What the built-in model never says (calls, thoughts, refusals)',
    'is put into the output of the job, in the words of the vendors’ documentation. `max_new_tokens` is taken for Nova, as AWS’s first samples',
    'have it. Neither is made for all of this: LangBatch’s documentation names Claude and Nova, LiteLLM’s batches Titan V2 of the embeddings,',
    'and LiteLLM gives an output file back as Bedrock wrote it.',
  ];
}

function countsOf(rows: readonly JudgedRow[], system: System): string {
  const count = (kind: Verdict['kind']) => rows.filter((row) => row.verdicts[system].kind === kind).length;
  return `${count('right')}, ${count('wrong')}, ${count('refused')}`;
}

function rowLine({ name, verdicts }: JudgedRow): string {
  return `| ${name} | ${SYSTEMS.map((system) => cellOf(verdicts[system])).join(' | ')} |`;
}

/** A verdict as it stands in the table. */
export function cellOf({ kind, why }: Verdict): string {
  if (kind !== 'wrong') return kind;
  return `**wrong**: ${why.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ')}`;
}

/** The verdicts of a page as it is kept, by section and row: three cells each. */
export function cellsOf(page: string): ReadonlyMap<string, readonly string[]> {
  const cells = new Map<string, readonly string[]>();
  let section = '';
  for (const line of page.split('\n')) {
    if (line.startsWith('## ')) section = line.slice(3);
    if (section === '' || !line.startsWith('| ') || line.startsWith('| |')) continue;
    const [name = '', ...verdicts] = line
      .slice(2, -2)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim());
    cells.set(`${section}: ${name}`, verdicts);
  }
  return cells;
}
