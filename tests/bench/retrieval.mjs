// Measures retrieval inside workerd: loads segments of 1,000 to 100,000 passages and asks, many times in one call, since
// workerd's clock stands still while code runs. Prints JSON.
//
// BASE_URL   tests/bench/retrieval under wrangler dev, just started
// SEGMENTS   the folder that the bench `vectors` of the retrieval crate has filled
// MODEL      shared/retrieval/model
// MINILM     what shared/retrieval/minilm/convert.py makes; measured when it is there
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const required = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};
const BASE = required("BASE_URL").replace(/\/$/, "");
const FOLDER = required("SEGMENTS");
const MODEL = required("MODEL");
// Twenty tokens.
const QUESTION = encodeURIComponent("How long does the battery of the lantern last when it is cold outside and I use the bright mode all night?");
// How long one call that is measured should take, and how many there are: short ones find a moment in which nothing else
// uses the machine.
const CALL_MS = 80;
const CALLS = 20;

async function call(method, path, body) {
  const response = await fetch(BASE + path, { method, body });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text;
}

async function timed(path) {
  const began = performance.now();
  await call("GET", path);
  return performance.now() - began;
}

/** Returns the milliseconds of one repetition: the best of many calls, less an empty call. */
async function each(path) {
  const joint = path.includes("?") ? "&" : "?";
  // The first call makes ready.
  await timed(`${path}${joint}n=1`);
  const once = await timed(`${path}${joint}n=3`);
  const count = Math.min(200_000, Math.max(3, Math.ceil((CALL_MS * 3) / once)));
  let best = Infinity;
  let empty = Infinity;
  for (let round = 0; round < CALLS; round += 1) {
    empty = Math.min(empty, await timed("/"));
    best = Math.min(best, await timed(`${path}${joint}n=${count}`));
  }
  return Math.max(0, best - empty) / count;
}

const megabytes = (bytes) => Number(bytes) / 1048576;
const put = (path, ...file) => call("PUT", path, readFileSync(join(...file)));
const sizeOf = (name) => Number(name.match(/\d+/)[0]);
const segments = readdirSync(FOLDER).filter((name) => /^segment-\d+\.bin$/.test(name));
segments.sort((a, b) => sizeOf(a) - sizeOf(b));

// First, while nothing else has touched the memory: 50,000 passages as they lie in an isolate, in segments of 10,000.
const memory = { empty_mb: megabytes(await call("GET", "/memory")) };
await put("/table", MODEL, "static-30k-256-int8.safetensors");
await put("/tokenizer", MODEL, "tokenizer.json");
memory.model_mb = megabytes(await call("GET", "/memory"));
if (existsSync(join(FOLDER, "segment-10000.bin"))) {
  for (let part = 0; part < 5; part += 1) memory.held = await put("/more", FOLDER, "segment-10000.bin");
  memory.with_50000_passages_mb = megabytes(await call("GET", "/memory"));
  memory.search_50000_ms = await each(`/search?q=${QUESTION}`);
  memory.after_searching_mb = megabytes(await call("GET", "/memory"));
}

const rows = [];
const embed_ms = await each(`/embed?q=${QUESTION}`);
for (const name of segments) {
  const row = { passages: sizeOf(name), file_mb: readFileSync(join(FOLDER, name)).length / 1048576 };
  await put("/segment", FOLDER, name);
  row.load_ms = await each("/load");
  row.flat_ms = await each(`/nearest?with=flat&q=${QUESTION}`);
  row.binary_ms = await each(`/nearest?with=binary&q=${QUESTION}`);
  row.bm25_ms = await each(`/terms?q=${QUESTION}`);
  row.hybrid_ms = await each(`/search?q=${QUESTION}`);
  const began = performance.now();
  await call("GET", "/link?passages=1000");
  row.link_1000_ms = performance.now() - began;
  for (const [kind, file] of [["hnsw_ms", `hnsw-${row.passages}.bin`], ["hnsw_in_parts_ms", `hnsw-in-parts-${row.passages}.bin`]]) {
    if (!existsSync(join(FOLDER, file))) continue;
    await put("/segment", FOLDER, file);
    row[kind] = await each(`/nearest?with=hnsw&q=${QUESTION}`);
  }
  rows.push(row);
  console.error(`${row.passages} passages in workerd`);
}
// Last, since it needs memory of its own: 15 tokens, and a passage.
const minilm = {};
if (process.env.MINILM && existsSync(process.env.MINILM)) {
  await put("/minilm", process.env.MINILM);
  minilm.question_ms = await each(`/think?q=${encodeURIComponent("what is the order of the court when it is cold outside and dark")}`);
  minilm.passage_ms = await each(`/think?q=${Array(10).fill(QUESTION).join("%20")}`);
}
const rounded = (_, value) => (typeof value === "number" ? Number(value.toFixed(4)) : value);
console.log(JSON.stringify({ embed_ms, minilm, memory, rows }, rounded));
