import type { DialClients } from '../../../src/phone/outbound/place-call.ts';

/** LiveKit's API as calls are placed with it; `asked` has what was asked, in order. */
export function fakeLiveKit() {
  const fake = {
    asked: [] as string[],
    /** Rooms of calls that others placed. */
    rooms: [] as string[],
    /** Looks at the room after which an agent is there; `undefined`: none comes. */
    agentAfter: 1 as number | undefined,
    /** What dialling throws. */
    failure: undefined as Error | undefined,
    options: undefined as object | undefined,
    metadata: '',
  };
  const clients = {
    rooms: {
      listRooms: async () => fake.rooms.map((name) => ({ name })),
      createRoom: async ({ name, metadata = '' }: { name: string; metadata?: string }) => {
        fake.metadata = metadata;
        fake.asked.push(`room ${name.slice(0, 9)}`);
      },
      deleteRoom: async (name: string) => void fake.asked.push(`delete ${name.slice(0, 9)}`),
      listParticipants: async () => {
        fake.asked.push('look');
        const looks = fake.asked.filter((one) => one === 'look').length;
        return fake.agentAfter !== undefined && looks >= fake.agentAfter ? [{ kind: 4 }] : [];
      },
    },
    dispatches: {
      createDispatch: async (_room: string, name: string, { metadata = '' }: { metadata?: string }) => {
        fake.metadata = metadata;
        fake.asked.push(`dispatch ${name}`);
      },
    },
    sip: {
      listSipOutboundTrunk: async () => [{ name: 'main', sipTrunkId: 'ST_main' }],
      createSipParticipant: async (trunk: string, number: string, _room: string, options: object) => {
        fake.asked.push(`dial ${number} over ${trunk}`);
        fake.options = options;
        if (fake.failure) throw fake.failure;
      },
    },
  } as unknown as DialClients;
  return Object.assign(fake, { clients });
}
