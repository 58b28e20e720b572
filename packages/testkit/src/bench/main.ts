import { setFlagsFromString } from 'node:v8';

// As the command line does (`bin/start.js`), before what the benches import makes the young space grow: it would not shrink again.
// Given to `node` itself the option does nothing (Node 24).
setFlagsFromString('--semi-space-growth-factor=1');

await import('./run-benches.ts');
