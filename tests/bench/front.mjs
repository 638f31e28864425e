// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What stands before a server with TLS: node front.mjs URL CERTIFICATE http1|http2|both. It says its own URL on standard output,
// and what it is asked on standard error. Each chunk of an answer is written when the last one was: it is a chunk, or a DATA frame,
// and a TLS record of its own. Over HTTP/2 the client has read all others when another comes, but for a few: libsoup keeps them in a
// list of which it looks for the end each time, and what is measured would be the length of that.

import {readFileSync} from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';

const [url, certificate, version] = process.argv.slice(2);
const pem = readFileSync(certificate);
const UNREAD = 32; // chunks
const OF_A_CONNECTION = new Set(['connection', 'host', 'keep-alive', 'transfer-encoding']);

function kept(headers) {
    return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(':') && !OF_A_CONNECTION.has(name)));
}

async function write(response, chunk, number) {
    await new Promise(resolve => response.write(chunk, resolve));
    if (number % UNREAD === 0 && response.stream && !response.stream.destroyed)
        await new Promise(resolve => response.stream.session.ping(resolve) || resolve());
}

function relay(request, response) {
    console.error(`HTTP/${request.httpVersionMajor} ${request.method} ${request.url}`);
    const asked = http.request(url + request.url, {method: request.method, headers: kept(request.headers)}, answer => {
        let written = Promise.resolve();
        let number = 0;
        response.writeHead(answer.statusCode, kept(answer.headers));
        answer.on('data', chunk => (written = written.then(() => write(response, chunk, ++number))));
        answer.on('end', () => written.then(() => response.end()));
    });
    asked.on('error', () => response.destroy?.());
    response.on('close', () => asked.destroy());
    request.pipe(asked);
}

const options = {key: pem, cert: pem, allowHTTP1: version === 'both'};
const server = version === 'http1' ? https.createServer(options) : http2.createSecureServer(options);
server.on('request', relay);
server.on('sessionError', () => {});
server.listen(0, '127.0.0.1', () => console.log(`https://127.0.0.1:${server.address().port}`));
