import { join } from 'node:path';
import type { JsonObject, JsonValue } from '@batchrock/core';
import ts from 'typescript';

/** The vendors' types that a body may be judged by, see `vendor-types.ts`. */
export type VendorType = 'ConverseBody' | 'ClaudeBody' | 'OpenaiBody';

/** A body, and the type that it has to be of. */
export interface TypedBody {
  readonly type: VendorType;
  readonly body: JsonValue;
}

const IMPORT = "import type { ClaudeBody, ConverseBody, OpenaiBody } from './vendor-types.js';";

/** What the compiler has to say of each body, by its index; all are compiled at once. */
export function typeProblems(bodies: readonly TypedBody[]): ReadonlyMap<number, string> {
  const file = join(import.meta.dirname, 'bodies.generated.ts');
  const source = [IMPORT, ...bodies.map(({ type, body }, i) => `export const b${i}: ${type} = ${literal(body)};`)].join('\n');
  const program = programOf(file, source);
  const root = program.getSourceFile(file);
  const problems = new Map<number, string>();
  for (const { messageText, start = 0 } of program.getSemanticDiagnostics(root)) {
    const line = root?.getLineAndCharacterOfPosition(start).line ?? 0;
    if (!problems.has(line - 1)) problems.set(line - 1, ts.flattenDiagnosticMessageText(messageText, '\n'));
  }
  return problems;
}

/** The body as source; bytes are base64 on the wire, and a typed array in the SDK's types. */
function literal(value: JsonValue, key = ''): string {
  if (key === 'bytes') return 'new Uint8Array()';
  if (Array.isArray(value)) return `[${value.map((each: JsonValue) => literal(each)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value as JsonObject);
  return `{${entries.map(([name, each]) => `${JSON.stringify(name)}:${literal(each, name)}`).join(',')}}`;
}

/** A program of a source that stands in no file, beside this one. */
function programOf(file: string, source: string): ts.Program {
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
  return ts.createProgram([file], options, host);
}
