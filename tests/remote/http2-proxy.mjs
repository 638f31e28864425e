// SPDX-License-Identifier: LGPL-2.1-or-later
//
// An HTTP/2 server in front of an agent: node http2-proxy.mjs PORT CERTIFICATE FAULT. What it says last on standard output is
// its own port. The fault befalls the first stream of events, when a part of it was relayed:
//   goaway   the session ends with an error
//   destroy  the connection is gone
//   silence  nothing more comes, and the connection stays open

import {readFileSync} from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';

const [agentPort, certificate, fault] = process.argv.slice(2);
const pem = readFileSync(certificate);
const PART = 3000; // bytes
let faulty = fault !== 'none';

function befall(stream) {
    if (fault === 'goaway')
        stream.session.goaway(http2.constants.NGHTTP2_INTERNAL_ERROR);
    else if (fault === 'destroy')
        stream.session.destroy();
}

function relay(answer, stream, isFaulty) {
    let sent = 0;
    answer.on('data', data => {
        if (stream.destroyed || (isFaulty && sent >= PART))
            return;
        const part = isFaulty ? data.subarray(0, PART - sent) : data;
        sent += part.length;
        stream.write(part, () => isFaulty && sent >= PART && befall(stream));
    });
    answer.on('end', () => (isFaulty && sent >= PART) || stream.destroyed || stream.end());
}

const server = http2.createSecureServer({key: pem, cert: pem});
server.on('stream', (stream, headers) => {
    const {':method': method, ':path': path, ...others} = headers;
    const passed = Object.fromEntries(Object.entries(others).filter(([name]) => !name.startsWith(':')));
    const isFaulty = faulty && path.endsWith('/stream/events');
    faulty &&= !isFaulty;
    stream.on('error', () => {});
    const request = http.request({port: agentPort, method, path, headers: passed}, answer => {
        if (stream.destroyed)
            return;
        const {connection, 'transfer-encoding': encoding, 'keep-alive': keep, ...kept} = answer.headers;
        stream.respond({':status': answer.statusCode, ...kept});
        relay(answer, stream, isFaulty);
    });
    request.on('error', () => stream.destroy());
    stream.on('close', () => request.destroy());
    stream.pipe(request);
    console.error(`HTTP/2 ${method} ${path}`);
});
server.on('sessionError', () => {});
process.on('uncaughtException', () => {}); // what is written to a connection that it has destroyed
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
