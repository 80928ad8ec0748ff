/**
 * Runs the work and counts the characters that its regular expressions and string methods looked at: at the least, as
 * what an expression tried in vain is not told.
 */
export function charactersRead(work: () => void): number {
  let count = 0;
  const restore = [
    replaceMethod(RegExp.prototype, 'exec', (exec) => {
      return function (this: RegExp, text: string) {
        const from = this.global || this.sticky ? this.lastIndex : 0;
        const match = exec.call(this, text);
        const missed = this.sticky ? 1 : text.length - from;
        count += match ? match.index + match[0].length - from : missed;
        return match;
      };
    }),
    ...(['includes', 'indexOf', 'lastIndexOf', 'toLowerCase', 'trim', 'trimEnd'] as const).map((name) =>
      replaceMethod(String.prototype, name, (method) => {
        return function (this: string, ...args: [string]) {
          count += this.length;
          return Reflect.apply(method, this, args);
        };
      }),
    ),
    replaceMethod(String.prototype, 'slice', (slice) => {
      return function (this: string, start?: number, end?: number) {
        const part = slice.call(this, start, end);
        count += part.length;
        return part;
      };
    }),
  ];
  try {
    work();
  } finally {
    for (const undo of restore) undo();
  }
  return count;
}

function replaceMethod<T extends object, K extends keyof T>(
  owner: T,
  name: K,
  make: (original: T[K]) => T[K],
): () => void {
  const original = owner[name];
  owner[name] = make(original);
  return () => {
    owner[name] = original;
  };
}

/** Less is not told from the noise of the clock. */
const SHORTEST_MS = 2;

/** Linear and quadratic work are told apart here; noise only ever adds to a figure. */
const PLAINLY_LINEAR = 6;
const MEASURES = 4;

/**
 * How much more CPU time four times the text takes: the best of five runs each, measured again while it is much. For
 * what counts cannot tell, as the tries inside a regular expression: about 4 when linear, 16 when quadratic.
 */
export function growth(work: (size: number) => void, size: number): number {
  const best = (n: number) => Math.min(...Array.from({ length: 5 }, () => cpuMs(() => work(n))));
  let least = Number.POSITIVE_INFINITY;
  for (let measure = 0; measure < MEASURES && least > PLAINLY_LINEAR; measure += 1) {
    const [small, large] = [best(size), best(4 * size)];
    least = Math.min(least, large / Math.max(small, SHORTEST_MS));
  }
  return least;
}

function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** What servers repeat without end, and what callers and clients may send. */
const UNITS = [
  ...'!?.,:;…-–—"\'’()[]{}<>/\\|@#$%^&*_+=~`·。！？、，：；「」¿¡؟،۔।॥‼⁉•‣▪◦©™',
  ...[
    '🎉',
    '👋🏽',
    '👩‍👩‍👧',
    '🇲🇾',
    '1️⃣',
    '\u0301',
    'e\u0301',
    '\u200b',
    '\u200d',
    '\ufeff',
    '\u00ad',
    '\ud800',
    '\u202e',
  ],
  ...[
    '中',
    'はい',
    '您好，',
    '1',
    '1.',
    '1,',
    '3:',
    ' - ',
    'a',
    'a ',
    'the ',
    'a.b',
    'a. ',
    'e.g. ',
    'No. ',
    'I. ',
  ],
  ...[
    '\n',
    '\r\n',
    ' ',
    '\t',
    '- ',
    '* ',
    '# ',
    '> ',
    '---\n',
    '```\n',
    '~~~',
    '**',
    '*1',
    '](',
    '[a](b',
    '| ',
    '|-',
  ],
  ...['www.', 'https://', 'a@b ', '"(', 'Hello. ', '<|', '</', '<think>', '\u00a0', '\u2028', 'क्षि'],
];

/** Texts of about so many characters: each thing that may be repeated, and mixtures of them; always the same. */
export function endlessTexts(length: number): [name: string, text: string][] {
  const repeated = UNITS.map((unit): [string, string] => [
    `${JSON.stringify(unit)} repeated`,
    unit.repeat(Math.ceil(length / unit.length)),
  ]);
  const mixed = [1, 2, 3, 4].map((seed): [string, string] => [`mixture ${seed}`, mixture(length, seed)]);
  return [...repeated, ...mixed];
}

/** Things one after the other; some again and again before the next one comes. */
function mixture(length: number, seed: number): string {
  let state = seed;
  const below = (bound: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % bound;
  };
  let text = '';
  while (text.length < length)
    text += (UNITS[below(UNITS.length)] ?? '').repeat(1 + below(below(8) ? 3 : 300));
  return text;
}

export function inPieces(text: string, size: number): string[] {
  return Array.from({ length: Math.ceil(text.length / size) }, (_, at) =>
    text.slice(at * size, (at + 1) * size),
  );
}
