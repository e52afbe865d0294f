// SPDX-License-Identifier: Apache-2.0
// usage: node compute.js compute.wasm ROUNDS
// The benchmarks of compute.c in Node's engine: "NAME VALUE ms", the best of ROUNDS.
const { readFileSync } = require('fs');
const instance = new WebAssembly.Instance(
    new WebAssembly.Module(readFileSync(process.argv[2])));
const work = { crc: 8, fib: 32, sieve: 4000000, sort: 400000 };
for (const [name, argument] of Object.entries(work)) {
    let best = Infinity;
    for (let round = 0; round < Number(process.argv[3]); round++) {
        const start = process.hrtime.bigint();
        instance.exports['compute_' + name](argument);
        best = Math.min(best, Number(process.hrtime.bigint() - start) / 1e6);
    }
    console.log(`${name} ${best.toFixed(3)} ms`);
}
