#!/usr/bin/env node
'use strict';
// The only file that an old Node.js reads, so it is written in the JavaScript that every version understands.
var needed = [22, 15];
var found = process.versions.node.split('.').map(Number);

if (found[0] < needed[0] || (found[0] === needed[0] && found[1] < needed[1])) {
  process.stderr.write(
    'BR-E0116 this is Node.js ' + process.versions.node + '; batchrock needs ' + needed.join('.') + ' or newer: https://nodejs.org\n'
  );
  process.exit(2);
} else {
  require('./start.js');
}
