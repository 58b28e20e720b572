import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject, JsonValue } from '@batchrock/core';
import { type AnswerCase, answerCases } from './answer-cases.ts';
import { objectOf } from './json.ts';
import { batchrock } from './ours.ts';
import type { JudgedRow } from './page.ts';
import type { System } from './peer.ts';
import { type Peer, peerEnvironment, runPython } from './python-peer.ts';
import type { Verdict } from './verdict.ts';

/** What a system gave back of a job: lines, or an error. */
export type Answered =
  | { readonly kind: 'answered'; readonly lines: readonly JsonObject[] }
  | { readonly kind: 'crashed'; readonly reason: string };

/** Where the peers are, and where the local Bedrock is. */
export interface AnswerSetUp {
  readonly langbatch: Peer;
  readonly litellm: Peer;
  readonly endpoint: string;
  readonly folder: string;
}

/** A row for each case: what each system makes of the output of a job. */
export async function judgeAnswers({ langbatch, litellm, endpoint, folder }: AnswerSetUp): Promise<readonly JudgedRow[]> {
  const cases = answerCases();
  const byPeer = (peer: Peer, name: string) => answersOfPeer(peer, cases, endpoint, join(folder, name));
  const [ours, byLangBatch, byLiteLlm] = await Promise.all([
    answersOfOurs(cases, endpoint, join(folder, 'ours')),
    byPeer(langbatch, 'langbatch'),
    byPeer(litellm, 'litellm'),
  ]);
  return cases.map((each) => {
    const of = (answers: ReadonlyMap<string, Answered>): Verdict => judge(each, answers.get(each.id));
    const verdicts: Record<System, Verdict> = { Batchrock: of(ours), LangBatch: of(byLangBatch), LiteLLM: of(byLiteLlm) };
    return { section: each.section, name: each.name, verdicts };
  });
}

function judge({ ask }: AnswerCase, answered: Answered | undefined): Verdict {
  if (answered === undefined) return { kind: 'wrong', why: 'nothing came of it' };
  if (answered.kind === 'crashed') {
    return { kind: 'wrong', why: `all results are lost: ${answered.reason.split('\n')[0]!.slice(0, 80)}` };
  }
  const find = (id: string) => answered.lines.find((line) => (line['custom_id'] ?? line['recordId']) === id);
  if (find('b') === undefined) return { kind: 'wrong', why: 'the other line is lost' };
  const line = find('a');
  const problem = line === undefined ? 'it has no line' : ask(line);
  return problem === undefined ? { kind: 'right', why: '' } : { kind: 'wrong', why: problem };
}

async function answersOfPeer(
  { python, answers }: Peer,
  cases: readonly AnswerCase[],
  endpoint: string,
  folder: string,
): Promise<ReadonlyMap<string, Answered>> {
  mkdirSync(folder, { recursive: true });
  const [given, made] = [join(folder, 'cases.jsonl'), join(folder, 'made.jsonl')];
  writeFileSync(given, cases.map((each) => `${JSON.stringify(each)}\n`).join(''));
  await runPython(python, [answers, given, made], { cwd: folder, env: peerEnvironment(endpoint, folder) });
  const lines = readFileSync(made, 'utf8').split('\n').filter(Boolean);
  return new Map(lines.map((line) => JSON.parse(line) as Answered & { readonly id: string }).map((each) => [each.id, each]));
}

/**
 * A run at the local Bedrock, for what it answers by itself and for what it leaves out; `convert --to openai` of output lines for
 * what its built-in model never says.
 */
async function answersOfOurs(
  cases: readonly AnswerCase[],
  endpoint: string,
  folder: string,
): Promise<ReadonlyMap<string, Answered>> {
  const answered = new Map<string, Answered>();
  for (const each of cases) {
    const own = join(folder, each.id);
    mkdirSync(own, { recursive: true });
    answered.set(each.id, each.output === undefined ? await runOurs(each, endpoint, own) : await convertOurs(each, own));
  }
  return answered;
}

async function runOurs({ lines, modelId, leftOut }: AnswerCase, endpoint: string, folder: string): Promise<Answered> {
  const marked = JSON.stringify(lines[0]).replace('Say a.', 'Say a. [[missing]]');
  const texts = lines.map((line) => JSON.stringify(line));
  writeFileSync(join(folder, 'in.jsonl'), `${(leftOut ? [marked, ...texts.slice(1)] : texts).join('\n')}\n`);
  const options = ['--model', modelId, '--endpoint-url', endpoint, '--max-attempts', '1', '--out', 'out.jsonl'];
  const ran = await batchrock(['run', 'in.jsonl', ...options], folder);
  if (ran.code !== 0 && ran.code !== 3) return { kind: 'crashed', reason: ran.stderr };
  return { kind: 'answered', lines: linesOf(readFileSync(join(folder, 'out.jsonl'), 'utf8')) };
}

async function convertOurs({ output, modelId }: AnswerCase, folder: string): Promise<Answered> {
  const lines = ['a', 'b'].map((recordId) => JSON.stringify({ recordId, modelInput: {}, ...output }));
  writeFileSync(join(folder, 'in.jsonl.out'), `${lines.join('\n')}\n`);
  const options = ['--to', 'openai', '--model', modelId, '--invocation-type', 'invoke-model'];
  const ran = await batchrock(['convert', 'in.jsonl.out', ...options], folder);
  return ran.code === 0 ? { kind: 'answered', lines: linesOf(ran.stdout) } : { kind: 'crashed', reason: ran.stderr };
}

function linesOf(text: string): readonly JsonObject[] {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => objectOf(JSON.parse(line) as JsonValue));
}
