import { RoomServiceClient, SipClient } from 'livekit-server-sdk';
import { expect } from 'vitest';
import { NUMBER, useDoor } from './door.ts';
import { heardMs, sine } from './heard-tone.ts';
import { row } from './rows.ts';

/** Whether two legs in one room can be kept apart by subscriptions, as a warm transfer in the same room would need it. */
const door = useDoor({ prompts: { default: '---\ngreeting: One moment please.\n---\nYou answer.' } });
const COLLEAGUE = '+60311112222';

const RATE_HZ = { caller: 700, colleague: 1100 };

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

row(
  'two legs in one room are kept apart by subscriptions, and joined again',
  async () => {
    const { livekit, phone, uri, apply } = door();
    const rooms = new RoomServiceClient(livekit.url, livekit.apiKey, livekit.apiSecret);
    const sip = new SipClient(livekit.url, livekit.apiKey, livekit.apiSecret);
    const [caller, colleague] = [await phone(), await phone({ number: COLLEAGUE })];
    await apply(`
inbound: {pbx: {allowedAddresses: [127.0.0.1]}}
outbound: {main: {address: '${colleague.address}', transport: udp, numbers: ['${NUMBER}'], allowedPrefixes: ['+603']}}
numbers: {'${NUMBER}': {prompt: default}}
`);
    caller.call({ to: uri() });
    await caller.happened('answered');
    const room = (await rooms.listRooms()).find(({ name }) => name.startsWith('phone-'))?.name ?? '';
    const people = () => rooms.listParticipants(room);
    const leg = async (isColleague: boolean) =>
      (await people()).find(({ kind, identity }) => kind === 3 && (identity === 'colleague') === isColleague);
    const first = await leg(false);
    const callerId = first?.identity ?? '';
    const callerTrack = first?.tracks[0]?.sid ?? '';
    const [trunk] = await sip.listSipOutboundTrunk();
    void caller.say(sine(25, RATE_HZ.caller));
    const dialling = sip.createSipParticipant(trunk?.sipTrunkId ?? '', COLLEAGUE, room, {
      ...{ participantIdentity: 'colleague', waitUntilAnswered: true },
    });
    const untilMs = performance.now() + 10_000;
    let colleagueTrack: string | undefined;
    while (!colleagueTrack && performance.now() < untilMs) {
      colleagueTrack = (await leg(true))?.tracks[0]?.sid;
      if (!colleagueTrack) await pause(20);
    }
    expect(colleagueTrack, 'published before the answer').toBeDefined();
    const apartAtMs = performance.now();
    await rooms.updateSubscriptions(room, callerId, [colleagueTrack ?? ''], false);
    await rooms.updateSubscriptions(room, 'colleague', [callerTrack], false);
    await dialling;
    const answered = await colleague.happened('answered');
    const againAtMs = performance.now();
    // A leg subscribes as a track comes, maybe after it was taken from it: both once more, as `call/apart.ts` does.
    await rooms.updateSubscriptions(room, callerId, [colleagueTrack ?? ''], false);
    await rooms.updateSubscriptions(room, 'colleague', [callerTrack], false);
    void colleague.say(sine(15, RATE_HZ.colleague));
    await pause(5000);
    const apart = performance.now();
    const joinAtMs = apart;
    const leaks = {
      toColleague: heardMs(colleague, RATE_HZ.caller, answered.atMs, againAtMs + 1000),
      toColleagueLater: heardMs(colleague, RATE_HZ.caller, againAtMs + 1000, apart),
      toCaller: heardMs(caller, RATE_HZ.colleague, apartAtMs, apart),
    };
    await rooms.updateSubscriptions(room, callerId, [colleagueTrack ?? ''], true);
    await rooms.updateSubscriptions(room, 'colleague', [callerTrack], true);
    await pause(4000);
    const joined = {
      toColleague: heardMs(colleague, RATE_HZ.caller, joinAtMs, performance.now()),
      toCaller: heardMs(caller, RATE_HZ.colleague, joinAtMs, performance.now()),
    };
    expect(leaks).toEqual({ toColleague: 0, toColleagueLater: 0, toCaller: 0 });
    expect(Math.min(joined.toColleague, joined.toCaller)).toBeGreaterThan(2000);
    return { heard: `nothing of each other for 5 s, then ${joined.toCaller} ms of 4 s` };
  },
  { retry: 2 },
);
