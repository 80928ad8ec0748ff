/** What a server sends as an answer, and what of it is for people. */
export type FilterCase = [what: string, written: string, spoken: string];

const HARMONY =
  '<|channel|>analysis<|message|>They greet. Say "hi".<|end|><|start|>assistant<|channel|>final<|message|>Hello.<|return|>';

export const FILTER_CASES: FilterCase[] = [
  ['plain text', 'Sure, I can. Your bill is RM 12.50!', 'Sure, I can. Your bill is RM 12.50!'],
  ['a leading blank line', '\n\nHello.', 'Hello.'],
  [
    'a heart, a comparison, a note',
    'I <3 it: a < b, c > d [1], 5 <= 6.',
    'I <3 it: a < b, c > d [1], 5 <= 6.',
  ],
  [
    'tags of HTML, words of the table',
    'Use <b>bold</b>, think, final, assistant [x].',
    'Use <b>bold</b>, think, final, assistant [x].',
  ],
  ['a pipe and braces', 'a |> b <| c {"x": 1} {name}', 'a |> b <| c {"x": 1} {name}'],
  ['braces at the start', '{braces} first', '{braces} first'],
  ['tagged thoughts', '<think>\nThey greet.\n</think>\n\nHello.', 'Hello.'],
  ['empty thoughts', '<think>\n\n</think>\n\nHello.', 'Hello.'],
  ['thoughts in the middle', 'Hello.<think>Hm.</think> Bye.', 'Hello. Bye.'],
  ['thoughts in capitals', '<THINK>Hm.</Think>Hello.', 'Hello.'],
  ['thoughts that speak of their tag', '<think>The <think> tag.</think>Hello.</think> Bye.', 'Hello. Bye.'],
  [
    'thoughts, then an answer in its own tag',
    '<think>\nHm.\n</think>\n<answer>\nHello.\n</answer>',
    'Hello.\n',
  ],
  ['thoughts, then a call', '<think>Hm.</think>\n<tool_call>\n{"name": "x"}\n</tool_call>', ''],
  ['harmony', HARMONY, 'Hello.'],
  ['harmony without its start', HARMONY.replace('<|start|>assistant', ''), 'Hello.'],
  ['harmony with a preamble', `<|start|>assistant${HARMONY}`, 'Hello.'],
  [
    'harmony: commentary and a call',
    '<|channel|>commentary to=functions.get_bill <|constrain|>json<|message|>{"id": 1}<|call|>',
    '',
  ],
  [
    'harmony: commentary for nobody',
    '<|channel|>commentary<|message|>I will look.<|end|><|start|>assistant<|channel|>final<|message|>Hello.',
    'Hello.',
  ],
  ['harmony: analysis only', '<|channel|>analysis<|message|>Hm. I <s> think', ''],
  ['Gemma 4', '<|channel>thought\nHm.<channel|>Hello.<turn|>', 'Hello.'],
  ['a call after text', 'One moment.\n<tool_call>\n{"name": "x"}\n</tool_call>', 'One moment.\n'],
  ['a call that is never closed', 'One moment. <tool_call>{"name": "x"}', 'One moment. '],
  ['a call of Mistral', '[TOOL_CALLS][{"name": "x", "arguments": {}}]', ''],
  ['a call of Llama 3', '{"name": "get_bill", "parameters": {"id": 1}}', ''],
  ['a call of Llama 3, spaced', '{ "type" : "function", "name": "x"}', ''],
  ['a call of Llama 3 in Python', '<|python_tag|>get_bill.call(id=1)', ''],
  ['a call as a function tag', '<function=get_bill>{"id": 1}</function>', ''],
  ['a call of Gemma 4', '<|tool_call>call:get_bill{id:<|"|>1<|"|>}<tool_call|>', ''],
  ['a call of Phi-4-mini', 'functools[{"name": "x"}]', ''],
  ['the end of a turn', 'Hello.<|im_end|>', 'Hello.'],
  [
    'the end of a turn, and the next ones',
    'Hello.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nNo',
    'Hello.\n',
  ],
  ['the next turn of Llama 3', 'Hello.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nHi', 'Hello.'],
  ['a repeated header', '<|start_header_id|>assistant<|end_header_id|>\n\nHello.', 'Hello.'],
  ['a header without a role', '<|im_start|>\nHello.', 'Hello.'],
  ['a header that is text', '<|im_start|>Hello there.', 'Hello there.'],
  ['the next turn of Gemma', 'Hello.<end_of_turn>\n<start_of_turn>user\nHi', 'Hello.\n'],
  ['the next turn of Mistral', 'Hello.</s>[INST] Hi [/INST] No', 'Hello.'],
  ['the next turn of DeepSeek', 'Hello.<｜end▁of▁sentence｜><｜User｜>Hi', 'Hello.'],
  ['a token that no list names', 'Hello<|box_end|> there<｜fim▁hole｜>.', 'Hello there.'],
  ['emoji and combining marks', 'He\u0301llo 👋🏽 <think>🤔</think>there.', 'He\u0301llo 👋🏽 there.'],
  [
    'a marker inside the beginning of another',
    'Hello <|im_<|im_end|>there <thi<think>hm</think>.',
    'Hello <|im_there <thi.',
  ],
];
