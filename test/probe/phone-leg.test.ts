import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { converse, targetOf } from '../../src/bench/one-call.ts';
import { callByPhone, recordInto } from '../../src/probe/phone-leg.ts';
import { createRecording } from '../../src/probe/recording.ts';
import { muLawSilence, toMuLaw } from '../../src/sip/client/g711.ts';
import { headerOf, parseMessage, responseText } from '../../src/sip/client/message.ts';
import { g711Sdp, readAudio } from '../../src/sip/client/sdp.ts';
import { perTest } from '../helpers/per-test.ts';

const bound = async () => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
};
const portOf = (socket: Socket) => (socket.address() as AddressInfo).port;
const own = perTest(
  async () => ({
    ...{ service: await bound(), sound: await bound() },
    timer: undefined as NodeJS.Timeout | undefined,
  }),
  async ({ service, sound, timer }) => {
    clearInterval(timer);
    service.close();
    sound.close();
  },
);

const tone = (ms: number) =>
  Int16Array.from({ length: ms * 8 }, (_, at) => 8000 * Math.sin((2 * Math.PI * 440 * at) / 8000));

/** A SIP service whose agent greets when it is called, and answers each sound of the caller's once it is over. */
function answering(status = '200 OK') {
  const { service, sound } = own;
  const came: string[] = [];
  let caller = { address: '', port: 0 };
  const queue: Buffer[] = [];
  const says = (samples: Int16Array) => {
    for (let at = 0; at < samples.length; at += 160) queue.push(toMuLaw(samples.subarray(at, at + 160)));
  };
  // As livekit-sip does: a packet each 20 ms, silence too.
  own.timer = setInterval(() => {
    const header = Buffer.from([0x80, ...Array(11).fill(0)]);
    if (caller.port > 0)
      sound.send(Buffer.concat([header, queue.shift() ?? muLawSilence(160)]), caller.port, caller.address);
  }, 20);
  let isHeard = false;
  sound.on('message', (packet: Buffer) => {
    const isLoud = packet.subarray(12).some((byte) => (byte & 0x7f) < 0x50);
    if (isHeard && !isLoud) says(tone(500));
    isHeard = isLoud;
  });
  service.on('message', (bytes: Buffer, from) => {
    const request = parseMessage(bytes);
    came.push(request.reason);
    if (request.reason === 'ACK') return;
    if (request.reason === 'INVITE') {
      const offered = readAudio(request.body);
      if (offered) caller = offered;
    }
    const tagged = { ...request, headers: new Map(request.headers) };
    tagged.headers.set('to', [`${headerOf(request, 'to').split(';')[0]};tag=us`]);
    const isAnswer = request.reason === 'INVITE' && status.startsWith('200');
    const contact = `Contact: <sip:agent@127.0.0.1:${portOf(service)}>\r\n`;
    const body = isAnswer ? g711Sdp('127.0.0.1', portOf(sound)) : '';
    const line = request.reason === 'INVITE' ? status : '200 OK';
    service.send(responseText(tagged, line, isAnswer ? contact : '', body), from.port, from.address);
    if (isAnswer) says(tone(400));
  });
  const options = { host: '127.0.0.1', port: portOf(service), to: '+15550100', from: '+15550199' };
  return { came, call: (withinMs = 5000) => callByPhone({ ...options, withinMs }) };
}

test('a phone hears the greeting, speaks, hears the answer, and hangs up', async () => {
  const { came, call } = answering();
  const phone = await call();
  expect(phone.codec).toBe('PCMU');
  const heard = await converse(phone, { samples: tone(300), sampleRate: 8000 });
  expect(heard.greetingMs).toBeGreaterThanOrEqual(0);
  expect(heard.answerLastsMs).toBeGreaterThan(200);
  expect(phone.heard.between().samples.length).toBeGreaterThan(0.8 * 8000);
  await phone.leave();
  expect(came).toEqual(['INVITE', 'ACK', 'BYE']);
});

test('a call that is refused says with what', async () => {
  await expect(answering('486 Busy Here').call()).rejects.toThrow(
    '+15550100 was not picked up: 486 Busy Here',
  );
});

test('a call that nobody picks up is given up', async () => {
  own.service.removeAllListeners();
  const port = portOf(own.service);
  const call = callByPhone({ host: '127.0.0.1', port, to: '+15550100', from: '+1', withinMs: 50 });
  await expect(call).rejects.toThrow('was not picked up within 50 ms');
});

test('what is said in pieces of any length is recorded whole, at the rate of the line', () => {
  const heard = createRecording(8000);
  const record = recordInto(heard);
  const whole = tone(1000);
  for (let at = 0; at < whole.length; at += 137) record(whole.slice(at, at + 137), 1000 + at / 8);
  expect(heard.between()).toEqual({ samples: whole, sampleRate: 8000 });
});

test('the number and place of a SIP URI are read, and another text is named', () => {
  expect(targetOf('sip:+15550100@127.0.0.1')).toEqual({ to: '+15550100', host: '127.0.0.1', port: 5060 });
  expect(targetOf('sip:100@sip.internal:5080')).toEqual({ to: '100', host: 'sip.internal', port: 5080 });
  expect(() => targetOf('127.0.0.1:5060')).toThrow('--uri 127.0.0.1:5060: want sip:NUMBER@HOST:PORT');
});
