// The peer of the row `agent`: Node.js and a WebSocket client that says something every 5 s, and nothing else. Bundled
// like the agent. usage: node bare-client.js URL
import { WebSocket } from 'ws';

const EVERY_MS = 5_000;

const socket = new WebSocket(process.argv[2]!, { perMessageDeflate: false });
let seq = 0;
socket.on('open', () => {
  setInterval(() => socket.send(JSON.stringify({ stream: 'bare', seq: (seq += 1), at: Date.now() })), EVERY_MS);
});
socket.on('message', (data: Buffer) => void JSON.parse(data.toString('utf8')));
socket.on('close', () => process.exit(1));
