import type { Row } from '../row.ts';

/** From a laptop: the agent. */
export const AGENT: readonly Row[] = [
  {
    broken: 'a page without workers',
    seat: 'outside',
    hop: 'conversation',
    says: 'see that workers run and are registered',
    async breaks(site) {
      await site.spoilWorker({}, 'web');
      return undefined;
    },
    async cure(site, fix) {
      if (!fix.includes('workers run')) throw new Error(`no worker is named: ${fix}`);
      await site.restartWorker();
      return undefined;
    },
  },
  {
    broken: 'the LLM refuses the agent’s key',
    seat: 'outside',
    hop: 'conversation',
    says: 'run check inside',
    async breaks({ standIn }) {
      standIn.control({ faults: { llm: [{ status: 401 }] } });
      return undefined;
    },
  },
];
