#!/usr/bin/env node
// Drops each file of STAGE into INCOMING by METHOD. With DONE, waits for each job's end. Status 1 if a call failed.
// usage: node.js METHOD STAGE INCOMING [DONE]
'use strict';
const fs = require('fs');
const path = require('path');

const [method, stage, incoming, done] = process.argv.slice(2);
const methods = {
  cpSync: (source, target) => fs.cpSync(source, target, { preserveTimestamps: true }),
  copyFileSync: (source, target) => fs.copyFileSync(source, target),
  writeFileSync: (source, target) => fs.writeFileSync(target, fs.readFileSync(source)),
  'writeFileSync and chmodSync': (source, target) => {
    fs.writeFileSync(target, fs.readFileSync(source));
    fs.chmodSync(target, 0o640);
  },
  renameSync: (source, target) => fs.renameSync(source, target),
};
const pause = new Int32Array(new SharedArrayBuffer(4));
let failed = 0;
for (const name of fs.readdirSync(stage).sort()) {
  try {
    methods[method](path.join(stage, name), path.join(incoming, name));
  } catch (error) {
    failed = 1;
    console.error(`failed: ${name}: ${error.message}`);
  }
  for (let tries = 0; done && !fs.existsSync(path.join(done, name)) && tries < 10000; tries++) {
    Atomics.wait(pause, 0, 0, 1);
  }
}
process.exitCode = failed;
