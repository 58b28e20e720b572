import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Throws when two cloud assemblies of the example differ in the template or in the hashes of their assets. */
export function compare(expected, actual) {
  assert.deepEqual(templateOf(actual), templateOf(expected));
  assert.deepEqual(assetsOf(actual), assetsOf(expected));
}

/** How many resources and assets there are, to tell a full template from an empty one. */
export function sizeOf(assembly) {
  return { resources: Object.keys(templateOf(assembly).Resources).length, assets: assetsOf(assembly).length };
}

function templateOf(assembly) {
  return JSON.parse(readFileSync(join(assembly, 'Example.template.json'), 'utf8'));
}

function assetsOf(assembly) {
  const { files } = JSON.parse(readFileSync(join(assembly, 'Example.assets.json'), 'utf8'));
  return Object.keys(files).sort();
}
