import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { packageFolder } from './places.mjs';

/**
 * Adds the examples of properties that ours take over from those of other packages (`BatchOrchestratorStackProps` from
 * `StackProps`): bindings repeat them, and their translations stand in the tablet of the package that they come from.
 */
export function addInheritedExamples() {
  const { name, types } = JSON.parse(readFileSync(join(packageFolder, '.jsii'), 'utf8'));
  const inherited = new Set(Object.values(types).flatMap(({ interfaces = [] }) => interfaces));
  const file = join(packageFolder, '.jsii.tabl.json');
  const tablet = JSON.parse(readFileSync(file, 'utf8'));
  for (const other of new Set([...inherited].map((type) => type.split('.')[0]))) {
    if (other === name) continue;
    for (const [key, snippet] of Object.entries(snippetsOf(other))) {
      if (inherited.has(snippet.location.api.fqn)) tablet.snippets[key] ??= snippet;
    }
  }
  writeFileSync(file, JSON.stringify(tablet));
}

function snippetsOf(name) {
  const folder = dirname(createRequire(join(packageFolder, 'package.json')).resolve(`${name}/package.json`));
  return JSON.parse(gunzipSync(readFileSync(join(folder, '.jsii.tabl.json.gz')))).snippets;
}
