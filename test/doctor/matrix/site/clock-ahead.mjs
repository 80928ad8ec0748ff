// Loaded before a program by NODE_OPTIONS: the clock of its machine is 10 minutes ahead.
const AHEAD_MS = 600_000;
const now = Date.now.bind(Date);
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(now() + AHEAD_MS);
    else super(...args);
  }
  static now() {
    return now() + AHEAD_MS;
  }
};
