// A web server that says hello, and whether it reaches its database and its cache by their names.
// Node's own modules only: the example needs no registry to build.
"use strict";

const http = require("node:http");
const net = require("node:net");

const PORT = 3000;
const NEEDS = { db: 5432, cache: 6379 };
const PATIENCE = 1000; // milliseconds

function reaches(host, port) {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: PATIENCE });
    const end = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on("connect", () => end(true));
    socket.on("timeout", () => end(false));
    socket.on("error", () => end(false));
  });
}

async function report() {
  const names = Object.keys(NEEDS);
  const answers = await Promise.all(names.map((name) => reaches(name, NEEDS[name])));
  return names.map((name, i) => `${name}: ${answers[i] ? "reached" : "not reached"}`);
}

const server = http.createServer(async (request, response) => {
  const lines = await report();
  response.writeHead(200, { "Content-Type": "text/plain; charset=utf-8" });
  response.end(["Hello from Docker!", ...lines, ""].join("\n"));
});

// A process that is number 1 in its container gets no default for signals: say how to stop.
for (const signal of ["SIGTERM", "SIGINT"]) {
  process.on(signal, () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  });
}

server.listen(PORT, "0.0.0.0");
