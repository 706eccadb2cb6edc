// What each of our Workers holds after a garbage collection, in bytes: its own objects and its WebAssembly memory.
// The resident size of workerd tells nothing of it: the Workers that play D1, KV and the router collect when they like.
//
// node tests/worker/retained.mjs <process group of wrangler>
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const OURS = 'core:user:';
const LISTENS = '0A';
const MOST_TRIES = 20;
// In milliseconds.
const PAUSE = 250;
const LONGEST_SNAPSHOT = 30_000;

function workerds(group) {
  const rows = execFileSync('ps', ['-A', '-o', 'pgid=,pid=,comm='], { encoding: 'utf8' }).split('\n');
  return rows
    .map(row => row.trim().split(/\s+/))
    .filter(([pgid, , name]) => pgid === group && name.endsWith('workerd'))
    .map(([, pid]) => pid);
}

// Linux alone says on which ports a process listens, and wrangler says nothing of this one.
function ports(pid) {
  const sockets = new Set();
  for (const file of readdirSync(`/proc/${pid}/fd`)) {
    try {
      const found = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${file}`));
      if (found) sockets.add(found[1]);
    } catch {
      // Closed since it was listed.
    }
  }
  const rows = readFileSync('/proc/net/tcp', 'utf8').trim().split('\n').slice(1);
  return rows
    .map(row => row.trim().split(/\s+/))
    .filter(row => row[3] === LISTENS && sockets.has(row[9]))
    .map(row => parseInt(row[1].split(':')[1], 16));
}

async function inspected(port) {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/json`, { signal: AbortSignal.timeout(3_000) });
    const list = await answer.json();
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}

// One debugger at a time is let in, and wrangler's own comes back when it is sent away: then this one is, and asks again.
async function heapSnapshot(url) {
  for (let tries = 1; ; tries++) {
    try {
      return await snapshot(url);
    } catch (why) {
      if (tries >= MOST_TRIES) throw why;
      await sleep(PAUSE);
    }
  }
}

function snapshot(url) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    const chunks = [];
    const timer = setTimeout(() => socket.close(), LONGEST_SNAPSHOT);
    socket.onerror = ({ message }) => reject(new Error(message));
    socket.onclose = ({ reason }) => {
      clearTimeout(timer);
      reject(new Error(`the inspector left: ${reason}`));
    };
    socket.onopen = () => socket.send(JSON.stringify({ id: 1, method: 'HeapProfiler.takeHeapSnapshot' }));
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.method === 'HeapProfiler.addHeapSnapshotChunk') chunks.push(message.params.chunk);
      if (message.id !== 1) return;
      resolve(JSON.parse(chunks.join('')));
      socket.close();
    };
  });
}

function size({ snapshot, nodes }) {
  const fields = snapshot.meta.node_fields;
  const at = fields.indexOf('self_size');
  let sum = 0;
  for (let node = 0; node < nodes.length; node += fields.length) sum += nodes[node + at];
  return sum;
}

const held = {};
for (const pid of workerds(process.argv[2])) {
  for (const port of ports(pid)) {
    for (const { id, webSocketDebuggerUrl } of await inspected(port)) {
      if (!id.startsWith(OURS + 'edgewise')) continue;
      held[id.slice(OURS.length)] = size(await heapSnapshot(webSocketDebuggerUrl));
    }
  }
}
console.log(JSON.stringify(held));
