import type { Seat, Site } from './site/site.ts';

/** Environment variables. */
export type Settings = Readonly<Record<string, string>>;

/** The settings that are wrong, if any, in place of the healthy ones. */
export type Wrong = Settings | undefined;

/** One way in which a set-up is broken, and what `check` has to say of it. */
export interface Row {
  /** What is broken, in a few words; the row's name. */
  broken: string;
  /** From where it is checked; default `inside`. */
  seat?: Seat;
  /** Id of the first hop that is not well; with `ok`, of one that tells. */
  hop: string;
  /** What that hop says; default `fail`. `ok`: nothing is broken that a call would notice, but it is told. */
  verdict?: 'fail' | 'warn' | 'ok';
  /** Stands in the hop's fix, word for word; with `ok`, in its evidence. */
  says: string;
  /** Ids, by comma, where the rest has no part in it: the row is about the kind of network, not about the set-up. */
  hops?: string;
  /** Breaks it for real; puts back what it opened or changed by what it gives to `site.afterwards`. */
  breaks(site: Site, settings: Settings): Wrong | Promise<Wrong>;
  /**
   * Does what the fix says, with nothing but its text: then the whole check has to be green. `settings`: sets what the
   * fix names (`follow.ts`). Left out where the fix is nothing that can be done on one machine.
   */
  cure?: 'settings' | Cure;
}

/** @returns settings in place of the wrong ones, if these change. */
export type Cure = (site: Site, fix: string, wrong: Settings) => Wrong | Promise<Wrong>;
