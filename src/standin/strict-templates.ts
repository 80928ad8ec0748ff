import { RequestProblem } from './reply.ts';

/** What a chat template says of messages in this order; `undefined` where it takes them. */
type Template = (asked: { readonly roles: readonly string[] }) => string | undefined;

const afterSystem = (roles: readonly string[]) => roles.slice(roles[0] === 'system' ? 1 : 0);

/** Mistral-Nemo, Small 3.2, Ministral 3: user first, then by turns; calls of tools and their results stand outside. */
export const alternatingRoles: Template = ({ roles }) => {
  const turns = afterSystem(roles).filter((role) => role !== 'tool');
  return turns.every((role, index) => (role === 'user') === (index % 2 === 0))
    ? undefined
    : 'After the optional system message, conversation roles must alternate user/assistant/user/assistant/...';
};

/** Gemma 2 and 3, which know no tools. llama-server puts the system text into the first user message for Gemma 2. */
export const everyRoleAlternates: Template = ({ roles }) =>
  afterSystem(roles).every((role, index) => role === (index % 2 === 0 ? 'user' : 'assistant'))
    ? undefined
    : 'Conversation roles must alternate user/assistant/user/assistant/...';

/** Gemma 2. */
export const noSystem: Template = ({ roles }) =>
  roles.includes('system') ? 'System role not supported' : undefined;

/** Qwen3.5. */
export const userMessageRequired: Template = ({ roles }) =>
  roles.includes('user') ? undefined : 'No user query found in messages.';

/** Qwen3.5, Ministral 3. */
export const systemFirstOnly: Template = ({ roles }) =>
  roles.lastIndexOf('system') > 0 ? 'System message must be at the beginning.' : undefined;

/** llama-server: 400 where it fails while it looks for the template's way to call tools, 500 where that went well. */
export function llamaRefusal(message: string, status: 400 | 500): RequestProblem {
  const begin =
    status === 400 ? 'Unable to generate parser for this template. Automatic parser generation failed: ' : '';
  const place = '\n------------\nWhile executing CallExpression at line 85, column 32 in source:\n';
  const quoted = `...first %}↵            {{- raise_exception('${message.slice(0, 30)}...\n                 ^\n`;
  return new RequestProblem(status, `${begin}${place}${quoted}Error: Jinja Exception: ${message}`, null, {
    type: status === 400 ? 'invalid_request_error' : 'server_error',
    code: status,
  });
}
