// Measures retrieval inside workerd: loads segments of 1,000 to 50,000 passages and asks, many times in one call,
// since workerd's clock stands still while code runs.
//
// BASE_URL   tests/bench/retrieval under wrangler dev
// SEGMENTS   a folder with segment-<passages>.bin files (cargo run --example segments --features eval)
// MODEL      shared/retrieval/model
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const required = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};
const BASE = required("BASE_URL").replace(/\/$/, "");
const QUESTION = "How long does the battery of the lantern last when it is cold outside?";

async function call(method, path, body) {
  const response = await fetch(BASE + path, { method, body });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text;
}

/** Returns the milliseconds of one of `count` repetitions: the best of five calls, less an empty call. */
async function each(path, count) {
  const timed = async (path) => {
    const began = performance.now();
    await call("GET", path);
    return performance.now() - began;
  };
  let best = Infinity;
  let empty = Infinity;
  for (let round = 0; round < 5; round += 1) {
    empty = Math.min(empty, await timed("/"));
    best = Math.min(best, await timed(`${path}&n=${count}`));
  }
  return Math.max(0, best - empty) / count;
}

const model = required("MODEL");
await call("PUT", "/table", readFileSync(join(model, "static-30k-256-int8.safetensors")));
await call("PUT", "/tokenizer", readFileSync(join(model, "tokenizer.json")));
const question = encodeURIComponent(QUESTION);
const rows = [];
const embedding = await each(`/embed?q=${question}`, 2_000);
const files = readdirSync(required("SEGMENTS")).filter((name) => /^segment-\d+\.bin$/.test(name));
const size = (name) => Number(name.match(/\d+/)[0]);
for (const name of files.sort((a, b) => size(a) - size(b))) {
  const bytes = readFileSync(join(required("SEGMENTS"), name));
  const began = performance.now();
  const held = await call("PUT", "/segment", bytes);
  const load = performance.now() - began;
  const search = await each(`/search?q=${question}`, Math.max(20, Math.floor(2_000_000 / size(name) / 10)));
  rows.push({ passages: size(name), file_mb: bytes.length / 1e6, held, load_ms: load, search_ms: search });
}
console.log(JSON.stringify({ embed_ms: embedding, rows }, (_, value) => (typeof value === "number" ? Number(value.toFixed(4)) : value), 2));
