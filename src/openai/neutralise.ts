/** What a special token begins with, in the shapes that tokenizers with NFKC take for the same; `<3` and `<=` are none. */
const MAY_BEGIN_TOKEN =
  /[<＜﹤◁](?=[^ \t\n\r\d=])|[[［﹇](?=[/／\p{L}\p{Cf}_＿][/／\p{L}\p{N}\p{Cf}_＿]*[\]］﹈])/gu;

/**
 * Text from outside (names, attributes, metadata, chat, transcripts, what tools give back) in which no tokenizer finds a
 * special token or a tag of a chat template (`special-tokens.ts`): a space parts the bracket from what follows, as in
 * `< |im_end|>`. People read the same text. Nothing is taken away, so that nothing can grow together to another token.
 */
export function neutralise(text: string): string {
  return text.replace(MAY_BEGIN_TOKEN, '$& ');
}
