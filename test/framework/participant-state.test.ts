import { OwnedParticipant, ParticipantState } from '@livekit/rtc-ffi-bindings';
import { RemoteParticipant } from '@livekit/rtc-node';
import { expect, test } from 'vitest';
import { isActive } from '../../src/framework/participant-state.ts';

test.each([
  ['joining', ParticipantState.JOINING, false],
  ['joined', ParticipantState.JOINED, false],
  ['active', ParticipantState.ACTIVE, true],
  ['disconnected', ParticipantState.DISCONNECTED, false],
])('rtc-node keeps the state of a participant who is %s', (_, state, expected) => {
  const owned = new OwnedParticipant({ handle: { id: 0n }, info: { identity: 'caller', state } });
  expect(isActive(new RemoteParticipant(owned as never))).toBe(expected);
});
