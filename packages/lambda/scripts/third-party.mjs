import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Whose code is in the bundles, and under which licences: what these ask of whoever hands the code on. Takes the inputs of all
 * bundles, relative to the root.
 */
export async function thirdPartyNotice(root, inputs) {
  const folders = new Set(inputs.flatMap((path) => path.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0] ?? []));
  const holders = new Map();
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'));
    const text = await licenceIn(join(root, folder));
    const known = holders.get(text) ?? [];
    holders.set(text, [...known, `${name} ${version} (${license})`]);
  }
  const parts = [...holders].map(([text, packages]) => `${packages.join('\n')}\n\n${text}\n`);
  return `The handlers in this folder contain code of the packages below.\n\n${parts.join(`\n${'-'.repeat(80)}\n\n`)}`;
}

async function licenceIn(folder) {
  const names = (await readdir(folder)).filter((name) => /^(licen[cs]e|notice)/i.test(name)).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return texts.map((text) => text.trim()).join('\n\n');
}
