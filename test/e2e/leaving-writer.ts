/**
 * Run by leave-room.e2e.ts, once for each way to leave: joins rooms one after the other, and leaves each while what was said is
 * still being written, as the framework does. Prints how many it left.
 */
import { setImmediate as nextTick, setTimeout as sleep } from 'node:timers/promises';
import { Room } from '@livekit/rtc-node';
import { AccessToken } from 'livekit-server-sdk';
import { openFfiClient } from '../../src/framework/ffi-client.ts';
import { leaveRoom } from '../../src/framework/leave-room.ts';

const [how, rooms, url = '', key, secret] = process.argv.slice(2);

const ffi = await openFfiClient({ onFault: (error) => process.stderr.write(`${error}\n`), onPanic() {} });

async function write(room: Room, until: AbortSignal): Promise<void> {
  while (!until.aborted) {
    // rtc-node forgets those that were open as the room was left.
    await Promise.race([room.localParticipant?.streamText({ topic: 'words' }), sleep(20)]).catch(nextTick);
  }
}

for (let left = 1; left <= Number(rooms); left++) {
  const room = new Room();
  ffi.adopt(room);
  const token = new AccessToken(key, secret, { identity: 'agent' });
  token.addGrant({ roomJoin: true, room: `left-${left}` });
  await room.connect(url, await token.toJwt(), { autoSubscribe: true, dynacast: false });
  const over = new AbortController();
  const writing = [0, 1, 2].map(() => write(room, over.signal));
  await sleep(20);
  await (how === 'leaveRoom' ? leaveRoom(room) : room.disconnect());
  ffi.forget(room);
  await sleep(50);
  over.abort();
  await Promise.all(writing);
  process.stdout.write(`${left}\n`);
}
process.exit(0);
