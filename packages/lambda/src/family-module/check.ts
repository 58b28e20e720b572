// node check.mjs FILE NAME: looks at the bundled module of a family as a function loads it. What it says stands in the descriptor 3 as
// JSON, since the module may print: {"name": …} or {"error": …}.
import { writeSync } from 'node:fs';
import { isBatchrockError } from '@batchrock/core';
import { importFamily } from 'batchrock/node';

const [file = '', path = ''] = process.argv.slice(2);
const ANSWER = 3;

async function look(): Promise<object> {
  try {
    const { family } = await importFamily(file, { path, sha256: '' }, path);
    return { name: family.name };
  } catch (error) {
    if (!isBatchrockError(error)) throw error;
    return { error: `${error.message} (${error.code}); ${error.hint}` };
  }
}

writeSync(ANSWER, JSON.stringify(await look()));
// a module may leave something behind that would keep the process
process.exit();
