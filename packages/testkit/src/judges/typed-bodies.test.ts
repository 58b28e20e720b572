import { join } from 'node:path';
import { type JsonObject, type JsonValue, resolveModel } from '@batchrock/core';
import fc from 'fast-check';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { chatRequest } from './chat-arbitrary.ts';

/** As many requests a model, the same ones every time. */
const REQUESTS = 15;
const SEED = 20_261_122;

/** What a vendor's own types say a request is, and models whose bodies have to be it. */
const VENDORS = [
  {
    type: 'ConverseBody',
    invocationType: 'Converse',
    ids: ['anthropic.claude-sonnet-4-5-20250929-v1:0', 'amazon.nova-2-lite-v1:0', 'qwen.qwen3-vl-235b-a22b'],
  },
  {
    type: 'ClaudeBody',
    invocationType: 'InvokeModel',
    ids: ['anthropic.claude-haiku-4-5-20251001-v1:0', 'anthropic.claude-opus-4-6-v1', 'anthropic.claude-opus-5'],
  },
  {
    type: 'OpenaiBody',
    invocationType: 'InvokeModel',
    ids: ['openai.gpt-oss-20b-1:0', 'qwen.qwen3-vl-235b-a22b', 'mistral.voxtral-mini-3b-2507'],
  },
] as const;
const IMPORT = "import type { ClaudeBody, ConverseBody, OpenaiBody } from './vendor-types.js';";

function bodies(): { readonly source: string; readonly count: number } {
  const lines: string[] = [];
  const requests = fc.sample(chatRequest, { seed: SEED, numRuns: REQUESTS });
  for (const { type, invocationType, ids } of VENDORS) {
    for (const id of ids) {
      const model = resolveModel(id, { invocationType });
      for (const request of requests) {
        let isImpossible = false;
        const body = model.family.chat!(request, model.traits, ({ effect }) => {
          isImpossible ||= effect === 'impossible';
        });
        if (!isImpossible) lines.push(`export const b${lines.length}: ${type} = ${literal(body)};`);
      }
    }
  }
  return { source: lines.join('\n'), count: lines.length };
}

/** The body as source; bytes are base64 on the wire, and a typed array in the SDK's types. */
function literal(value: JsonValue, key = ''): string {
  if (key === 'bytes') return 'new Uint8Array()';
  if (Array.isArray(value)) return `[${value.map((each: JsonValue) => literal(each)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value as JsonObject);
  return `{${entries.map(([name, each]) => `${JSON.stringify(name)}:${literal(each, name)}`).join(',')}}`;
}

/** What the compiler has to say of a source that stands beside this file, as far as it is about that source. */
function problemsOf(source: string): string[] {
  const file = join(import.meta.dirname, 'bodies.generated.ts');
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: ['node'],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (path) => path === file || fileExists.call(host, path);
  host.readFile = (path) => (path === file ? source : readFile.call(host, path));
  host.getSourceFile = (path, ...rest) =>
    path === file ? ts.createSourceFile(path, source, ts.ScriptTarget.ES2023) : getSourceFile.call(host, path, ...rest);
  const program = ts.createProgram([file], options, host);
  return program.getSemanticDiagnostics(program.getSourceFile(file)).map(({ messageText, start = 0 }) => {
    const line = source.slice(source.lastIndexOf('\n', start) + 1).split('\n')[0]!;
    return `${ts.flattenDiagnosticMessageText(messageText, '\n')}\n${line.slice(0, 2_000)}`;
  });
}

test('bodies of conversations are what the types of AWS, Anthropic and OpenAI say, and others are not', () => {
  const { source, count } = bodies();
  expect(count).toBeGreaterThan(REQUESTS * 3);
  const wrong = VENDORS.map(
    ({ type }, i) => `export const wrong${i}: ${type} = ${literal({ messages: [{ role: 'user', content: [{ say: 'x' }] }] })};`,
  );
  const problems = problemsOf([IMPORT, source, ...wrong].join('\n'));
  const ofWrong = problems.filter((problem) => problem.includes('\nexport const wrong'));
  expect(problems.filter((problem) => !ofWrong.includes(problem)).slice(0, 3)).toEqual([]);
  expect(ofWrong).toHaveLength(VENDORS.length);
}, 120_000);
