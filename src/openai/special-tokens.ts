/** What a marker in a model's text does to the text around it. */
export type MarkerKind =
  /** What follows is thought, up to a `thoughtEnd`; one without the other means that all before it was thought. */
  | 'thought'
  | 'thoughtEnd'
  /** What follows is a call of a tool, up to a `callEnd` or the end of the answer. */
  | 'call'
  | 'callEnd'
  /** The same, where it begins the answer; white space in it does not matter. */
  | 'callAtStart'
  /** A role follows, up to a line's end or a `headerEnd`. */
  | 'header'
  | 'headerEnd'
  /** A channel's name follows, up to a `headerEnd`; only `final` is for people (harmony). */
  | 'channel'
  /** Somebody else's words follow: the model went on past its own end. */
  | 'otherSpeaker'
  /** Stands alone and means nothing to people. */
  | 'token';

export interface MarkerFamily {
  models: string;
  source: string;
  markers: Readonly<Partial<Record<MarkerKind, string>>>;
  /** What the operator sets so that these models do not think; absent where nothing was found. */
  thinkingOff?: string;
}

const TEMPLATE_THINKING_OFF =
  'LLM_EXTRA_BODY={"chat_template_kwargs":{"enable_thinking":false}} (vLLM, SGLang; DeepSeek V3.1 and Granite want "thinking":false), or llama-server --reasoning-budget 0';

/**
 * The markers of common models, each list parted by spaces; tokens of the shape `<|…|>` and `<｜…｜>` that stand in no
 * list are `token`. No marker is the beginning of another one. Sources in vllm/ are files of vllm-project/vllm.
 */
export const MARKER_FAMILIES: readonly MarkerFamily[] = [
  {
    models: 'Qwen3, QwQ, DeepSeek-R1, GLM-4.5, MiniMax-M2, Nemotron, SmolLM3, Kimi K2, Hunyuan',
    source:
      'vllm/reasoning/qwen3_reasoning_parser.py, deepseek_r1_…, glm4_moe_…, hunyuan_a13b_… (`<answer>`)',
    markers: { thought: '<think>', thoughtEnd: '</think>', token: '<answer> </answer>' },
    thinkingOff: TEMPLATE_THINKING_OFF,
  },
  {
    models: 'models tuned to think in tags of their own: Reflection, EXAONE Deep, Cogito and others',
    source: 'their model cards',
    markers: {
      thought: '<thinking> <thought> <thoughts> <reasoning> <reflection>',
      thoughtEnd: '</thinking> </thought> </thoughts> </reasoning> </reflection>',
      token: '<output> </output>',
    },
    thinkingOff: TEMPLATE_THINKING_OFF,
  },
  {
    models: 'gpt-oss (harmony), also as servers show it that leave special tokens out',
    source: 'openai/harmony docs/format.md; `assistantfinal`: Augustas11/macprovider issue 743',
    markers: {
      thoughtEnd: 'assistantfinal',
      header: '<|start|>',
      headerEnd: '<|message|>',
      channel: '<|channel|>',
      token: '<|end|> <|return|> <|call|> <|constrain|>',
    },
    thinkingOff:
      'LLM_EXTRA_BODY={"reasoning_effort":"low"} (gpt-oss always thinks), and llama-server without --reasoning-format none',
  },
  {
    models: 'Gemma 2, 3 and 4',
    source: 'ai.google.dev/gemma/docs/core/prompt-structure; vllm/reasoning/gemma4_…, tool_parsers/gemma4_…',
    markers: {
      thought: '<|channel>',
      thoughtEnd: '<channel|>',
      call: '<|tool_call> <|tool_response> <start_function_call>',
      callEnd: '<tool_call|> <tool_response|> <end_function_call>',
      header: '<start_of_turn> <|turn>',
      token: '<end_of_turn> <turn|> <bos> <eos> <pad> <|think|>',
    },
    thinkingOff: TEMPLATE_THINKING_OFF,
  },
  {
    models: 'Mistral, Magistral, Llama 2',
    source: 'mistral-common tokens/tokenizers/base.py (SpecialTokens); vllm/reasoning/mistral_…',
    markers: {
      thought: '[THINK]',
      thoughtEnd: '[/THINK]',
      call: '[TOOL_CALLS] [AVAILABLE_TOOLS] [TOOL_RESULTS] [SYSTEM_PROMPT] <<SYS>>',
      callEnd: '[/AVAILABLE_TOOLS] [/TOOL_RESULTS] [/SYSTEM_PROMPT] <</SYS>>',
      otherSpeaker: '[INST]',
      token: '[/INST] <s> </s> <unk>',
    },
    thinkingOff:
      'a system prompt without Magistral’s thinking instructions, or vLLM --reasoning-parser mistral',
  },
  {
    models: 'ChatML: Qwen, Hermes, Yi, SmolLM; Phi-4 and Kimi K2',
    source: 'openai/openai-python v0.28 chatml.md; tokenizer_config.json of the models',
    markers: {
      header: '<|im_start|> <|im_user|> <|im_assistant|> <|im_system|>',
      headerEnd: '<|im_sep|> <|im_middle|>',
      token: '<|im_end|> <|endoftext|>',
    },
  },
  {
    models: 'Llama 3 and 4',
    source: 'meta-llama/llama-models, prompt_format.md',
    markers: {
      call: '<|python_tag|> <function=',
      callEnd: '</function>',
      callAtStart: '{"name": {"type":"function" {"function":',
      header: '<|start_header_id|> <|header_start|>',
      headerEnd: '<|end_header_id|> <|header_end|>',
      token: '<|begin_of_text|> <|end_of_text|> <|eot_id|> <|eom_id|> <|eot|> <|eom|>',
    },
  },
  {
    models: 'Qwen 2.5 and 3, Hermes, GLM, Nemotron, MiniMax, InternLM: calls of tools',
    source: 'vllm/tool_parsers/hermes_…, glm4_moe_…, nemotron_json_…, minimax_m2_…, internlm2_…',
    markers: {
      call: '<tool_call> <tool_calls> <toolcall> <function_call> <function_calls> <minimax:tool_call> <tool_response> <|action_start|>',
      callEnd:
        '</tool_call> </tool_calls> </toolcall> </function_call> </function_calls> </minimax:tool_call> </tool_response> <|action_end|>',
    },
  },
  {
    models: 'Kimi K2: calls of tools',
    source: 'vllm/tool_parsers/kimi_k2_…',
    markers: { call: '<|tool_calls_section_begin|>', callEnd: '<|tool_calls_section_end|>' },
  },
  {
    models: 'DeepSeek V2, V3, R1',
    source: 'tokenizer_config.json of DeepSeek-V3; vllm/tool_parsers/deepseekv3_…, deepseekv32_…',
    markers: {
      call: '<｜tool▁calls▁begin｜> <｜tool▁outputs▁begin｜> <｜DSML｜function_calls>',
      callEnd: '<｜tool▁calls▁end｜> <｜tool▁outputs▁end｜> </｜DSML｜function_calls>',
      otherSpeaker: '<｜User｜>',
      token: '<｜Assistant｜> <｜begin▁of▁sentence｜> <｜end▁of▁sentence｜>',
    },
  },
  {
    models: 'Phi-3 and 4, GLM-4, Zephyr, Granite',
    source: 'tokenizer_config.json of the models; vllm/tool_parsers/phi4mini_…, granite_…',
    markers: {
      call: '<|tool_call|> <|tool_response|>',
      callEnd: '<|/tool_call|> <|/tool_response|>',
      callAtStart: 'functools[',
      header: '<|start_of_role|>',
      headerEnd: '<|end_of_role|>',
      otherSpeaker: '<|user|> <|system|> <|observation|>',
      token: '<|assistant|> [gMASK] <sop>',
    },
  },
  {
    models: 'Command R and A',
    source: 'tokenizer_config.json of c4ai-command-a; vllm/reasoning/cohere_command_…',
    markers: {
      thought: '<|START_THINKING|>',
      thoughtEnd: '<|END_THINKING|>',
      call: '<|START_ACTION|> <|START_TOOL_RESULT|>',
      callEnd: '<|END_ACTION|> <|END_TOOL_RESULT|>',
      otherSpeaker: '<|USER_TOKEN|> <|SYSTEM_TOKEN|>',
      token: '<|CHATBOT_TOKEN|> <|START_RESPONSE|> <|END_RESPONSE|>',
    },
  },
  {
    models: 'Seed-OSS',
    source: 'vllm/reasoning/seedoss_reasoning_parser.py, tool_parsers/seed_oss_…',
    markers: {
      thought: '<seed:think>',
      thoughtEnd: '</seed:think>',
      call: '<seed:tool_call>',
      callEnd: '</seed:tool_call>',
    },
    thinkingOff: 'LLM_EXTRA_BODY={"chat_template_kwargs":{"thinking_budget":0}}',
  },
  {
    models: 'Apertus, OpenThinker and Sky-T1, Kimi-VL, openPangu',
    source: 'vllm/reasoning/apertus_…, pangu_…; model cards of Sky-T1 and Kimi-VL-Thinking',
    markers: {
      thought: '<|inner_prefix|> <|begin_of_thought|> ◁think▷ [unused16]',
      thoughtEnd: '<|inner_suffix|> <|end_of_thought|> ◁/think▷ [unused17]',
    },
  },
];

export interface Marker {
  kind: MarkerKind;
  family: MarkerFamily;
}

/** Every marker of the table by its text in lower case. */
export const MARKERS: ReadonlyMap<string, Marker> = new Map(
  MARKER_FAMILIES.flatMap((family) =>
    Object.entries(family.markers).flatMap(([kind, list]) =>
      list.split(' ').map((text) => [text.toLowerCase(), { kind: kind as MarkerKind, family }] as const),
    ),
  ),
);
