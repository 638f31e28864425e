// SPDX-License-Identifier: LGPL-2.1-or-later
//
// An HTTP/2 server in front of agents, with faults: node http2-proxy.mjs CERTIFICATE. It says its own port on standard
// output. Each line of its standard input is a schedule, {"port": AGENT, "streams": [FAULT...], "others": [FAULT...]}, which it
// answers with a number: requests below /NUMBER/ go to that agent, each with the next fault of its kind. A FAULT is
// {"kind": NAME, "at": BYTES of the answer, ...}, or null.

import {readFileSync} from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import readline from 'node:readline';

const pem = readFileSync(process.argv[2]);
const schedules = [];
const sockets = new Map(); // by the client's port: a session does not let its own be closed

// What befalls an answer when so much of it has been sent.
const FAULTS = {
    'cut': (stream, session) => session.destroy(),
    'closed': (stream, session) => sockets.get(session.socket.remotePort).end(),
    'ended': stream => stream.end(),
    'reset': (stream, session, {code}) => stream.close(code),
    'goaway': (stream, session, {code}) => {
        session.goaway(code);
        session.close();
    },
    'goaway-cut': (stream, session, {code}) => {
        session.goaway(code);
        setTimeout(() => session.destroy(), 5);
    },
    'stalled': () => {},
};

class Relay {
    constructor(stream, fault) {
        this.stream = stream;
        this.session = stream.session; // a stream that is closed has none
        this.fault = fault;
        this.sent = 0;
        this.over = false;
        this.queue = Promise.resolve();
    }

    write(part) {
        return new Promise(resolve => this.stream.destroyed ? resolve() : this.stream.write(part, resolve));
    }

    async take(data) {
        const {kind, at, size, milliseconds} = this.fault ?? {};
        if (this.over || this.stream.destroyed)
            return;
        if (kind === 'in pieces') {
            for (let start = 0; start < data.length; start += size)
                await this.write(data.subarray(start, start + size));
        } else if (kind === 'delayed' && this.sent <= at && this.sent + data.length > at) {
            await new Promise(resolve => setTimeout(resolve, milliseconds));
            await this.write(data);
        } else if (kind in FAULTS && this.sent + data.length >= at) {
            this.over = true;
            await this.write(data.subarray(0, at - this.sent));
            if (!this.stream.destroyed && !this.session.destroyed)
                FAULTS[kind](this.stream, this.session, this.fault);
        } else {
            await this.write(data);
        }
        this.sent += data.length;
    }

    follow(answer) {
        answer.on('data', data => (this.queue = this.queue.then(() => this.take(data))));
        answer.on('end', () => (this.queue = this.queue.then(() => this.over || this.stream.destroyed || this.stream.end())));
    }
}

function serve(stream, headers) {
    const {':method': method, ':path': path, ...others} = headers;
    const [, number, rest] = /^\/(\d+)(.*)$/.exec(path);
    const schedule = schedules[number];
    const fault = (rest.endsWith('/stream/events') ? schedule.streams : schedule.others).shift();
    stream.on('error', () => {});
    if (fault?.kind === 'answer') {
        stream.respond({':status': fault.status, ...fault.headers});
        stream.end(fault.body);
        return;
    }

    const passed = Object.fromEntries(Object.entries(others).filter(([name]) => !name.startsWith(':')));
    const request = http.request({port: schedule.port, method, path: rest, headers: passed}, answer => {
        if (stream.destroyed || stream.closed)
            return;
        const {connection, 'transfer-encoding': encoding, 'keep-alive': keep, ...kept} = answer.headers;
        stream.respond({':status': answer.statusCode, ...kept});
        new Relay(stream, fault).follow(answer);
    });
    request.on('error', () => stream.destroy());
    stream.on('close', () => request.destroy());
    stream.pipe(request);
}

const server = http2.createSecureServer({key: pem, cert: pem});
server.on('stream', serve);
server.on('secureConnection', socket => {
    const port = socket.remotePort;
    sockets.set(port, socket);
    socket.on('close', () => sockets.delete(port));
});
server.on('sessionError', () => {});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
readline.createInterface({input: process.stdin}).on('line', line => {
    schedules.push(JSON.parse(line));
    console.log(schedules.length - 1);
}).on('close', () => process.exit());
