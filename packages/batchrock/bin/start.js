'use strict';
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');
const { setFlagsFromString } = require('node:v8');

// Bytes of sockets and files come in buffers with hardly an object around them. In a young space that grows, V8 leaves such
// buffers until their bytes outside of the heap make it mark the whole heap, again and again: half of the time of an upload
// to the local Bedrock, and 15 MB of every command. A space that has grown does not shrink, hence here, before anything else.
setFlagsFromString('--semi-space-growth-factor=1');

const main = join(__dirname, '..', 'dist', 'main.js');
if (existsSync(main)) {
  import(pathToFileURL(main).href);
} else {
  process.stderr.write('batchrock is not built yet: give `npm run build` in the checkout, then try again\n');
  process.exitCode = 5;
}
