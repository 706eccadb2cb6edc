// Measures a running Worker beside the hello Worker, both in the same mode and in the same run, and prints JSON.
//
// BASE_URL     ours, such as http://127.0.0.1:8787
// HELLO_URL    worker/hello.js, served in the same way
// CREDENTIALS  the file credentials.json of a demo; without it no chat is measured
// CONNECTIONS  how many connections at once (default 8)
// SECONDS      how long each of the rounds lasts (default 2)
// ROUNDS       how many rounds; the two sides take turns, so that a noisy neighbour meets both (default 5)
// QUESTION     what to ask (default: "How do I put the widget on my page?")
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import http from "node:http";

const required = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value.replace(/\/$/, "");
};
const number = (name, otherwise) => {
  const value = Number(process.env[name] ?? otherwise);
  if (!Number.isFinite(value) || value <= 0) throw new Error(`${name} must be a positive number`);
  return value;
};

const BASE = required("BASE_URL");
const HELLO = required("HELLO_URL");
const CONNECTIONS = Math.min(number("CONNECTIONS", 8), 64);
const SECONDS = Math.min(number("SECONDS", 2), 60);
const ROUNDS = Math.min(number("ROUNDS", 5), 50);
const QUESTION = process.env.QUESTION ?? "How do I put the widget on my page?";
const credentials = process.env.CREDENTIALS ? JSON.parse(readFileSync(process.env.CREDENTIALS, "utf8")) : undefined;
const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS });

/** Sends one request; resolves with its status and, in milliseconds, when its first byte and its end came. */
function send({ url, method = "GET", headers = {}, body }) {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const request = http.request(url, { method, headers, agent }, (response) => {
      let first;
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => {
        first ??= performance.now() - began;
        if (text.length < 4096) text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode, first: first ?? performance.now() - began, done: performance.now() - began, text }));
      response.on("error", reject);
    });
    request.setTimeout(30_000, () => request.destroy(new Error(`${url}: no answer in 30 s`)));
    request.on("error", reject);
    request.end(body);
  });
}

/** Sends one kind of request over all connections for a while. */
async function load(request, seconds) {
  const samples = [];
  const end = performance.now() + seconds * 1000;
  const began = performance.now();
  const connection = async () => {
    while (performance.now() < end) {
      const sample = await send(request);
      if (sample.status !== 200) throw new Error(`${request.url} answered ${sample.status}: ${sample.text.slice(0, 300)}`);
      samples.push(sample);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  return { samples, rate: (samples.length * 1000) / (performance.now() - began) };
}

const sorted = (values) => [...values].sort((a, b) => a - b);
const quantile = (values, q) => sorted(values)[Math.min(values.length - 1, Math.floor(values.length * q))];
const rounded = (value, digits = 2) => Number(value.toFixed(digits));
const times = (values) => ({ p50: rounded(quantile(values, 0.5)), p99: rounded(quantile(values, 0.99)) });

/** Lets a request and the yardstick take turns; the ratio is the median of the rounds' ratios. */
async function beside(request, yardstick) {
  await load(yardstick, 0.5);
  await load(request, 0.5);
  const rounds = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.push({ hello: await load(yardstick, SECONDS), ours: await load(request, SECONDS) });
  }
  const all = (side, member) => rounds.flatMap((it) => it[side].samples.map((sample) => sample[member]));
  return {
    ratio: rounded(quantile(rounds.map((it) => it.ours.rate / it.hello.rate), 0.5), 3),
    requests_per_second: rounded(quantile(rounds.map((it) => it.ours.rate), 0.5), 0),
    hello_requests_per_second: rounded(quantile(rounds.map((it) => it.hello.rate), 0.5), 0),
    done_ms: times(all("ours", "done")),
    hello_done_ms: times(all("hello", "done")),
    first_byte_ms: times(all("ours", "first")),
  };
}

/** Asks one after the other on an idle server: how long until the first byte and until the end. */
async function turns(request, count) {
  const samples = [];
  for (let turn = 0; turn < count; turn += 1) {
    const sample = await send(request);
    if (sample.status !== 200) throw new Error(`${request.url} answered ${sample.status}: ${sample.text.slice(0, 300)}`);
    samples.push(sample);
  }
  return { first_byte_ms: times(samples.map((it) => it.first)), done_ms: times(samples.map((it) => it.done)) };
}

const hello = { url: `${HELLO}/` };
const report = {
  connections: CONNECTIONS,
  seconds: SECONDS,
  rounds: ROUNDS,
  health: await beside({ url: `${BASE}/health` }, hello),
};
if (credentials) {
  const chat = {
    url: `${BASE}/api/v1/widget/chat`,
    method: "POST",
    headers: { "content-type": "application/json", "x-api-key": credentials.keys.widget, origin: "http://localhost" },
    // A session of its own for each question, so that no history grows; the text is the same for all.
    get body() {
      return JSON.stringify({ agent_id: credentials.agent_id, session_id: randomUUID(), message: QUESTION });
    },
  };
  await turns(chat, 5);
  report.hello_turn = await turns(hello, 100);
  report.chat_turn = await turns(chat, 50);
  report.chat = await beside(chat, hello);
}
agent.destroy();
console.log(JSON.stringify(report, null, 2));
