// Compiles the byte kernel to packages/core/src/record/kernel-code.ts; with --check, only says whether that file is up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const source = fileURLToPath(new URL('../packages/core/kernel/byte-kernel.ts', import.meta.url));
const target = fileURLToPath(new URL('../packages/core/src/record/kernel-code.ts', import.meta.url));

const files = new Map();
const { error, stderr } = await asc.main(
  [
    source,
    '--baseDir=/',
    '--outFile=kernel.wasm',
    '-O3',
    '--noAssert',
    '--converge',
    '--runtime=stub',
    '--importMemory',
    '--enable=simd',
    '--enable=bulk-memory',
    '--use=abort=',
  ],
  { writeFile: (name, contents) => files.set(name.split('/').at(-1), contents) },
);
if (error) {
  console.error(stderr.toString());
  process.exit(1);
}
const code = Buffer.from(files.get('kernel.wasm')).toString('base64');
const lines = code.match(/.{1,120}/g).map((line) => `  '${line}',`);
const text = `// Made by \`npm run kernel\` from kernel/byte-kernel.ts; do not edit.

/** The byte kernel as base64 of a WebAssembly module. */
export const KERNEL_CODE: string = [
${lines.join('\n')}
].join('');
`;

if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') === text) process.exit(0);
  console.error('kernel-code.ts is not what its source compiles to: npm run kernel');
  process.exit(1);
}
writeFileSync(target, text);
console.log(`${files.get('kernel.wasm').length} bytes`);
