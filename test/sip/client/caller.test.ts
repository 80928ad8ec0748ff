import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openCaller } from '../../../src/sip/client/caller.ts';
import { muLawSilence, toMuLaw } from '../../../src/sip/client/g711.ts';
import { headerOf, parseMessage, responseText, type SipMessage } from '../../../src/sip/client/message.ts';
import { g711Sdp, readAudio } from '../../../src/sip/client/sdp.ts';

const bound = async (): Promise<Socket> => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
};
const portOf = (socket: Socket) => (socket.address() as AddressInfo).port;

let service: Socket;
let sound: Socket;
/** Requests that came, as `1 INVITE`. */
let came: string[];
let answer: (request: SipMessage) => readonly string[];
const stop = new AbortController();

/** A 200 to an INVITE, with our tag, Contact and sound. */
const accepted = () => `200 OK\nContact: <sip:agent@127.0.0.1:${portOf(service)}>`;

beforeEach(async () => {
  [service, sound] = await Promise.all([bound(), bound()]);
  came = [];
  service.on('message', (bytes: Buffer, from) => {
    const request = parseMessage(bytes);
    came.push(headerOf(request, 'cseq'));
    for (const line of answer(request)) {
      const [status = '', extra] = line.split('\n');
      const tagged = { ...request, headers: new Map(request.headers) };
      if (!status.startsWith('100'))
        tagged.headers.set('to', [`${headerOf(request, 'to').split(';')[0]};tag=us`]);
      const body = extra === undefined ? '' : g711Sdp('127.0.0.1', portOf(sound));
      service.send(responseText(tagged, status, extra ? `${extra}\r\n` : '', body), from.port, from.address);
    }
  });
});
afterEach(() => {
  service.close();
  sound.close();
});

const open = (port = portOf(service)) =>
  openCaller({ host: '127.0.0.1', port, from: '+60312345678', signal: stop.signal });

test('OPTIONS is answered', async () => {
  answer = () => ['200 OK'];
  const caller = await open();
  expect(await caller.options()).toMatchObject({ status: 200, reason: 'OK' });
  expect(came).toEqual(['1 OPTIONS']);
  caller.close();
});

test('a port where nothing listens is told at once', async () => {
  const gone = await bound();
  const port = portOf(gone);
  gone.close();
  await once(gone, 'close');
  const caller = await open(port);
  await expect(caller.options()).rejects.toThrow('ECONNREFUSED');
  caller.close();
});

test('a call rings, is answered, carries sound both ways, and is hung up', async () => {
  answer = ({ reason }) =>
    reason === 'INVITE' ? ['100 Trying', '180 Ringing', accepted()] : reason === 'BYE' ? ['200 OK'] : [];
  const caller = await open();
  const call = await caller.call('+60399');
  expect(call).toMatchObject({ status: 200, provisional: [100, 180] });
  expect(call.audio?.codecs).toEqual(['PCMU', 'PCMA', 'telephone-event']);
  call.rtp.say(Int16Array.of(...Array(160).fill(8000)));
  const [first] = (await once(sound, 'message')) as [Buffer, { port: number }];
  expect([first[0], first[1], first.length]).toEqual([0x80, 0, 172]);
  expect(first.subarray(12)).toEqual(toMuLaw(Int16Array.of(...Array(160).fill(8000))));
  const packet = Buffer.concat([first.subarray(0, 12), toMuLaw(Int16Array.of(-8000, 0, 500))]);
  sound.send(packet, call.rtp.port, '127.0.0.1');
  await expect.poll(() => call.rtp.packets()).toBe(1);
  const [loud = 0, silent = 1, soft = 0] = call.rtp.heard();
  expect([Math.abs(loud + 8000) < 300, silent, Math.abs(soft - 500) < 20]).toEqual([true, 0, true]);
  await call.hangUp();
  expect(came).toEqual(['1 INVITE', '1 ACK', '2 BYE']);
  expect(call.isOver()).toBe(true);
  caller.close();
});

test('a refusal is the answer, acknowledged, and what rang before it is told', async () => {
  answer = ({ reason }) => (reason === 'INVITE' ? ['100 Trying', '180 Ringing', '486 Busy Here'] : []);
  const caller = await open();
  const call = await caller.call('+60399');
  expect(call).toMatchObject({ status: 486, reason: 'Busy Here', provisional: [100, 180] });
  await expect.poll(() => came).toEqual(['1 INVITE', '1 ACK']);
  await call.hangUp();
  expect(came).toHaveLength(2);
  caller.close();
});

test('who hangs up there is answered, and the call is over', async () => {
  answer = ({ reason }) => (reason === 'INVITE' ? [accepted()] : []);
  const caller = await open();
  let invite: SipMessage | undefined;
  let from: { port: number; address: string } | undefined;
  service.prependListener('message', (bytes: Buffer, sender) => {
    const message = parseMessage(bytes);
    if (message.reason === 'INVITE') [invite, from] = [message, sender];
  });
  const call = await caller.call('+60399');
  const bye = `BYE sip:x@y SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1\r\nCall-ID: ${headerOf(invite as SipMessage, 'call-id')}\r\nCSeq: 1 BYE\r\n\r\n`;
  service.removeAllListeners('message');
  service.send(bye, from?.port ?? 0, from?.address);
  const [bytes] = (await once(service, 'message')) as [Buffer];
  const answers = [parseMessage(bytes).status];
  if (answers[0] === 0) answers.push(parseMessage(((await once(service, 'message')) as [Buffer])[0]).status);
  expect(answers).toContain(200);
  expect(call.isOver()).toBe(true);
  await call.hangUp();
  caller.close();
});

test('an answer that is no SIP is told', async () => {
  answer = () => [];
  const caller = await open();
  service.on('message', (_, from) =>
    service.send('HTTP/1.1 400 Bad Request\r\n\r\n', from.port, from.address),
  );
  await expect(caller.options()).rejects.toThrow('what answers speaks no SIP');
  caller.close();
});

test('SDP of others is read: dynamic types by name, static ones by table, none where there is no sound', () => {
  const sdp = 'v=0\r\nc=IN IP4 10.0.0.7\r\nm=audio 4000 RTP/AVP 9 18 96\r\na=rtpmap:96 opus/48000/2\r\n';
  expect(readAudio(sdp)).toEqual({
    address: '10.0.0.7',
    port: 4000,
    codecs: ['G722', 'G729', 'opus'],
    payloadType: 9,
  });
  expect(readAudio('v=0\r\n')).toBeUndefined();
  expect(muLawSilence(2)).toEqual(toMuLaw(Int16Array.of(0, 0)));
});
