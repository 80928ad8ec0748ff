import type { Asked, Told } from './remote.ts';

type Methods = Readonly<Record<string, (...args: never[]) => unknown>>;

const tell = (message: Told) => process.send?.(message);
const wordsOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/**
 * The other end of remote.ts: runs methods until the test lets go of this process, or ends.
 *
 * @param begin - gets the options; what it throws is the answer to the start.
 */
export async function serveRemote<Options>(
  begin: (options: Options) => Methods | Promise<Methods>,
  end: () => unknown = () => {},
): Promise<void> {
  process.on('disconnect', async () => {
    await end();
    process.exit();
  });
  try {
    const methods = await begin(JSON.parse(process.argv[2] ?? '{}'));
    process.on('message', async ({ id, method, args }: Asked) => {
      try {
        tell({ id, result: await methods[method]?.(...(args as never[])) });
      } catch (error) {
        tell({ id, error: wordsOf(error) });
      }
    });
    tell({ id: 0 });
  } catch (error) {
    tell({ id: 0, error: wordsOf(error) });
  }
}
