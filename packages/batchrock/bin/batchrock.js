#!/usr/bin/env node
'use strict';
// The only file that an old Node.js reads, so it is written in the JavaScript that every version understands.
var needed = [22, 15];
var version = process.versions.node;
var found = version.split('.').map(Number);
var words = [
  'BR-E0116 batchrock needs Node.js',
  needed.join('.'),
  'or newer, and this is',
  version.concat(':'),
  'https://nodejs.org, or npx -p node@22 -p batchrock batchrock\n',
];

if (found[0] < needed[0] || (found[0] === needed[0] && found[1] < needed[1])) {
  process.stderr.write(words.join(' '));
  process.exit(2);
} else {
  require('./start.js');
}
