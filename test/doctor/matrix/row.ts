import type { Site } from './site.ts';

/** Environment variables. */
export type Settings = Readonly<Record<string, string>>;

/** One way in which a set-up is broken, and what `check` has to say of it. */
export interface Row {
  /** What is broken, in a few words; the row's name. */
  broken: string;
  /** Id of the first hop that is not well. */
  hop: string;
  /** What that hop says; default `fail`. Before a `warn` everything is well, as before a `fail`. */
  verdict?: 'fail' | 'warn';
  /** Stands in the hop's fix, word for word. */
  fix: string;
  /**
   * Breaks it for real, and gives back the settings that are wrong for it, if any. What it opened or changed is put
   * back by what it gives to `site.afterwards`.
   */
  breaks(site: Site): Settings | undefined | Promise<Settings | undefined>;
  /**
   * Does what the fix says, with nothing but its text: then the whole check has to be green. `settings`: sets what the
   * fix names (`follow.ts`). Left out where nothing on this machine can be changed by hand.
   */
  cure?: 'settings' | ((fix: string, site: Site) => Settings | undefined | Promise<Settings | undefined>);
}
