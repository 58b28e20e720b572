import { type AskedLine, MODELS } from './feature.ts';
import { apiOf, inCamelCase, judgeBodies, type SentBody } from './judge.ts';
import type { LocalJobs } from './local-jobs.ts';
import type { Made, System } from './peer.ts';
import { readBody } from './reading.ts';

/** What became of a row at a system. */
export interface Verdict {
  readonly kind: 'right' | 'wrong' | 'refused';
  /** Why it is wrong, or was refused, in a few words. */
  readonly why: string;
}

interface Sent extends SentBody {
  readonly line: AskedLine;
}

/** Judges what a system made of each line; by its custom_id. */
export async function judgeLines(
  system: System,
  lines: readonly AskedLine[],
  made: ReadonlyMap<string, Made>,
  jobs: LocalJobs,
  byBotocore: (sent: readonly SentBody[]) => Promise<readonly (string | undefined)[]>,
): Promise<ReadonlyMap<string, Verdict>> {
  const sent = lines.flatMap((line): readonly Sent[] => {
    const of = made.get(line.customId);
    if (of?.kind !== 'sent') return [];
    // ours speak Converse wherever there are no tools; the others send no type, which is InvokeModel
    const isConverse = system === 'Batchrock' && line.feature.hasTools !== true && !isEmbedding(line);
    return of.bodies.map((body) => ({ line, model: line.model, isConverse, body }));
  });
  const byKind = judgeBodies(sent);
  const byService = await serviceProblems(sent, jobs);
  const converse = sent.filter((each) => each.isConverse);
  const byModel = new Map((await byBotocore(converse)).map((problem, i) => [converse[i]!, problem]));
  const problems = new Map<string, string>();
  for (const [i, each] of sent.entries()) {
    const problem = byKind[i] ?? byModel.get(each) ?? byService[i] ?? askedProblem(each);
    if (problem !== undefined && !problems.has(each.line.customId)) problems.set(each.line.customId, problem);
  }
  return new Map(lines.map((line) => [line.customId, verdictOf(line, made.get(line.customId), problems.get(line.customId))]));
}

function isEmbedding({ model }: AskedLine): boolean {
  return MODELS[model].includes('embed');
}

function askedProblem(sent: Sent): string | undefined {
  const api = apiOf(sent);
  const reading = readBody(api, api === 'nova' ? inCamelCase(sent.body) : sent.body);
  for (const ask of sent.line.variant.asks) {
    const problem = ask(reading);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function verdictOf({ variant }: AskedLine, made: Made | undefined, problem: string | undefined): Verdict {
  if (made === undefined) return { kind: 'wrong', why: 'nothing came of it' };
  if (made.kind === 'refused') return { kind: 'refused', why: made.reason };
  if (made.kind === 'crashed') return { kind: 'wrong', why: `ends with ${made.reason.split('\n')[0]!.slice(0, 80)}` };
  const records = variant.records ?? 1;
  if (problem === undefined && made.bodies.length !== records) {
    return { kind: 'wrong', why: `${made.bodies.length} record in place of ${records}` };
  }
  return problem === undefined ? { kind: 'right', why: '' } : { kind: 'wrong', why: problem };
}

/** One job for each model and type, as the service has it. */
async function serviceProblems(sent: readonly Sent[], jobs: LocalJobs): Promise<readonly (string | undefined)[]> {
  const problems: (string | undefined)[] = sent.map(() => undefined);
  const groups = new Map<string, number[]>();
  for (const [i, { model, isConverse }] of sent.entries()) {
    const name = `${isConverse} ${model}`;
    groups.set(name, [...(groups.get(name) ?? []), i]);
  }
  for (const places of groups.values()) {
    const { model, isConverse } = sent[places[0]!]!;
    const found = await jobs.refusals(
      MODELS[model],
      isConverse,
      places.map((i) => sent[i]!.body),
    );
    for (const [k, i] of places.entries()) problems[i] = found[k];
  }
  return problems;
}

/** The verdict on a row of several requests: wrong if any is, else refused if any is. */
export function worstOf(verdicts: readonly Verdict[]): Verdict {
  const find = (kind: Verdict['kind']) => verdicts.find((each) => each.kind === kind);
  return find('wrong') ?? find('refused') ?? { kind: 'right', why: '' };
}
