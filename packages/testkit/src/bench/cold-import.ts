import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InvariantError } from '@batchrock/core';
import type { Bench } from './bench.ts';
import { median } from './figures.ts';

const HANDLERS = fileURLToPath(new URL('../../../cdk/handlers/', import.meta.url));

/** What a handler finds in its environment when it is loaded. */
const ENVIRONMENT = { WAITER_TABLE: 'waiters', WAITER_INDEX: 'open', AWS_REGION: 'us-east-1' };

/** Prints the milliseconds from the start of the import to its end, Node's own start left out. */
const MEASURE = `const from = performance.now();
import(process.argv[1]).then(({ handler }) => console.log(typeof handler, performance.now() - from));`;

/** What a cold start on Lambda adds to Node's own: the import of a bundle, each time in a Node that has loaded nothing. */
function coldImport(name: string, handler: string): Bench {
  return {
    name,
    rows: 20,
    each: 'import',
    async run({ rows }) {
      const bundle = `${HANDLERS}${handler}/index.mjs`;
      if (!existsSync(bundle)) throw new InvariantError(`there is no ${bundle}; npm run build makes it`);
      const times = Array.from({ length: rows }, () => timeOf(bundle));
      return { seconds: (median(times) * rows) / 1000, peakRssMB: Number.NaN };
    },
  };
}

function timeOf(bundle: string): number {
  const printed = execFileSync(process.execPath, ['-e', MEASURE, bundle], { env: ENVIRONMENT, encoding: 'utf8' });
  const [type, ms] = printed.trim().split(' ');
  if (type !== 'function') throw new InvariantError(`${bundle} exports no handler`);
  return Number(ms);
}

/** The function that creates jobs. */
export const importCreate = coldImport('import-create', 'create-model-invocation-job');

/** The function that answers for them. */
export const importAnswer = coldImport('import-answer', 'bedrock-inference-job-event');
