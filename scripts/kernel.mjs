// Compiles the byte kernels to the TypeScript files that carry them; with --check, only says whether those are up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const kernels = [
  {
    sources: ['core/kernel/byte-kernel', 'core/kernel/row-kernel', 'core/kernel/column-kernel', 'core/kernel/vector-kernel'],
    target: 'core/src/record/kernel-code',
    name: 'byte kernel',
  },
  {
    sources: ['formats/kernel/page-kernel', 'formats/kernel/line-kernel', 'formats/kernel/cell-kernel'],
    target: 'formats/src/parquet/page-kernel-code',
    name: 'page kernel',
  },
];

for (const { sources, target, name } of kernels) {
  const path = pathOf(target);
  const wasm = await compile(sources.map(pathOf));
  const text = moduleOf(wasm, name);
  if (!process.argv.includes('--check')) {
    writeFileSync(path, text);
    console.log(`${name}: ${wasm.length} bytes`);
  } else if (readFileSync(path, 'utf8') !== text) {
    console.error(`${target}.ts is not what its source compiles to: npm run kernel`);
    process.exitCode = 1;
  }
}

function pathOf(name) {
  return fileURLToPath(new URL(`../packages/${name}.ts`, import.meta.url));
}

async function compile(sources) {
  const files = new Map();
  const { error, stderr } = await asc.main(
    [
      ...sources,
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
  if (!error) return files.get('kernel.wasm');
  console.error(stderr.toString());
  process.exit(1);
}

function moduleOf(wasm, name) {
  const code = Buffer.from(wasm).toString('base64');
  const lines = code.match(/.{1,120}/g).map((line) => `  '${line}',`);
  return `// Made by \`npm run kernel\` from kernel/; do not edit.

/** The ${name} as base64 of a WebAssembly module. */
export const KERNEL_CODE: string = [
${lines.join('\n')}
].join('');
`;
}
