import { join } from 'node:path';
import { SAME_SPEECH } from '../../../src/probe/similarity.ts';
import type { Sound } from '../../../src/probe/wav.ts';
import { expectHeard, likeness, understand } from '../../e2e/hearing.ts';
import { utterance } from '../../e2e/utterance.ts';
import { NAMESPACE } from '../control-plane.ts';
import { NODE } from '../node-namespace.ts';
import { noteTime } from '../notes.ts';
import { startWorld, type World } from '../world.ts';
import type { Client } from './client.ts';
import { HOST } from './edge.ts';
import { type Entry, joinFrom, type RemoteGuest } from './guest.ts';
import { openShell, type Shell } from './readme.ts';

export const QUESTION = 'Is my data plan still active?';
export const ANSWER = 'Yes, your plan is active until the end of March.';

/** A voice comes in pieces while pods start on a machine too small for them; a path that is cut never carries it. */
const ATTEMPTS = 3;

/** A cluster with the release that the README's section «Deploy on CCE» brings up, and what is around it. */
export interface Installation extends World {
  shell: Shell;
  /** What the README has its reader look at once it is installed. */
  services: string;
  /** Of the page. */
  accessToken: string;
  /** Calls as the page does, or with a token made elsewhere. */
  call(client: Client, entry?: Entry): Promise<RemoteGuest>;
  /** Asks, and fails unless the agent speaks and is done. */
  ask(guest: RemoteGuest): Promise<Sound>;
  /** Asks, up to three times, and fails unless the answer is heard. */
  expectAnswer(guest: RemoteGuest): Promise<void>;
  /** One value of a Secret. */
  secretOf(name: string, key: string): Promise<string>;
}

export async function install(): Promise<Installation> {
  const world = await startWorld();
  const { models, certificate } = world.edge;
  const shell = await openShell(world.kubeconfig, join(NODE.dir, 'reader'));
  const startedMs = performance.now();
  await shell.run('Install');
  const services = await shell.run('Look at the load balancer');
  noteTime("README's installation", performance.now() - startedMs);
  const accessToken = await shell.run('Call');
  const question = await utterance(QUESTION);
  understand(models, { [QUESTION]: question });
  models.control({ llm: { rules: [{ match: 'data plan', answer: ANSWER }] } });
  return {
    ...world,
    ...{ shell, services, accessToken },
    call: (client, entry = { page: `https://${HOST}`, accessToken }) =>
      joinFrom(client, entry, certificate.caFile),
    ask: (guest) => guest.ask(question),
    async expectAnswer(guest) {
      for (let attempt = 1; ; attempt += 1) {
        const heard = await guest.ask(question);
        const isSame = (await likeness(models, heard, ANSWER)) > SAME_SPEECH;
        if (isSame || attempt === ATTEMPTS) return expectHeard(models, heard, [ANSWER]);
      }
    },
    async secretOf(name, key) {
      const secret = await world.api.get<{ data: Record<string, string> }>(
        `/api/v1/namespaces/${NAMESPACE}/secrets/${name}`,
      );
      return Buffer.from(secret?.data[key] ?? '', 'base64').toString();
    },
  };
}
