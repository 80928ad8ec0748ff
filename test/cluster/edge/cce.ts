import { join } from 'node:path';
import { expect } from 'vitest';
import { SAME_SPEECH } from '../../../src/probe/likeness.ts';
import type { Sound } from '../../../src/probe/wav.ts';
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
export const ATTEMPTS = 3;

const ANSWER_RATE = 24_000;

const areSame = (scores: Record<string, number>) =>
  Object.values(scores).every((score) => score > SAME_SPEECH);

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
  /** Asks, up to three times, and fails unless the question is heard by the agent and its answer by the guest. */
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
  const heardByAgent: Sound[] = [];
  models.answerTranscription(({ samples, sampleRate }) => {
    heardByAgent.push({ samples, sampleRate });
    return QUESTION;
  });
  models.control({ llm: { rules: [{ match: 'data plan', answer: ANSWER }] } });
  return {
    ...world,
    ...{ shell, services, accessToken },
    call: (client, entry = { page: `https://${HOST}`, accessToken }) =>
      joinFrom(client, entry, certificate.caFile),
    ask: (guest) => guest.ask(question),
    async expectAnswer(guest) {
      const answer = {
        samples: await models.speech(ANSWER, { sampleRate: ANSWER_RATE }),
        sampleRate: ANSWER_RATE,
      };
      let scores = { understood: 0, answered: 0 };
      for (let attempt = 1; attempt <= ATTEMPTS && !areSame(scores); attempt += 1) {
        heardByAgent.length = 0;
        const answered = await guest.likeness(await guest.ask(question), answer);
        const attempts = heardByAgent.map((heard) => guest.likeness(heard, question));
        scores = { understood: Math.max(...(await Promise.all(attempts))), answered };
      }
      expect(areSame(scores), `alike: ${JSON.stringify(scores)}`).toBe(true);
    },
    async secretOf(name, key) {
      const secret = await world.api.get<{ data: Record<string, string> }>(
        `/api/v1/namespaces/${NAMESPACE}/secrets/${name}`,
      );
      return Buffer.from(secret?.data[key] ?? '', 'base64').toString();
    },
  };
}
