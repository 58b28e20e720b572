import { isDeepStrictEqual } from 'node:util';
import type { PolicyDocument, SetupChange, SetupSetting, SetupStep } from '@batchrock/aws/setup';

const SIGNS: Readonly<Record<SetupChange, string>> = { create: '+', update: '~', none: ' ', remove: '-', keep: '=' };

/** What each change is called. */
const WORDS: Readonly<Record<SetupChange, string>> = {
  create: '',
  update: '',
  none: '  as it should be',
  remove: '',
  keep: '  stays',
};

/** What a set-up does, a line for each thing and each of its settings that differ; `isWhole`: what is made is told in full, too. */
export function renderSetup(steps: readonly SetupStep[], isWhole: boolean): readonly string[] {
  return steps.flatMap((step) => [
    `${SIGNS[step.change]} ${step.resource} ${step.name}${WORDS[step.change]}`,
    ...step.settings.flatMap((setting) => renderSetting(step, setting, isWhole)),
  ]);
}

function renderSetting({ change }: SetupStep, setting: SetupSetting, isWhole: boolean): readonly string[] {
  const { name, before, after } = setting;
  if (change === 'create' && !isWhole) return [`    + ${name}`];
  if (before === undefined && after === undefined) return [`    ${name}`];
  const lines = isPolicy(before) || isPolicy(after) ? statementLines(before, after) : valueLines(before, after);
  return [`    ${before === undefined ? '+' : after === undefined ? '-' : '~'} ${name}`, ...lines.map((line) => `      ${line}`)];
}

/** Statements that are not the same, by their names. */
function statementLines(before: unknown, after: unknown): readonly string[] {
  const old = new Map(statementsOf(before));
  const next = new Map(statementsOf(after));
  const names = new Set([...old.keys(), ...next.keys()]);
  return [...names].flatMap((name) =>
    isDeepStrictEqual(old.get(name), next.get(name)) ? [] : valueLines(old.get(name), next.get(name)),
  );
}

function statementsOf(document: unknown): readonly (readonly [string, unknown])[] {
  if (!isPolicy(document)) return [];
  return document.Statement.map((statement, i) => [statement.Sid ?? `#${i + 1}`, statement] as const);
}

function valueLines(before: unknown, after: unknown): readonly string[] {
  const line = (sign: string, value: unknown): readonly string[] =>
    value === undefined ? [] : [`${sign} ${JSON.stringify(value)}`];
  return [...line('-', before), ...line('+', after)];
}

function isPolicy(value: unknown): value is PolicyDocument {
  return typeof value === 'object' && value !== null && Array.isArray((value as Partial<PolicyDocument>).Statement);
}
