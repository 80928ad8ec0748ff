import { judgeAdvice } from './advice-rules.ts';
import { LiveKitFile } from './livekit-file.ts';
import { judgeMedia } from './media-rules.ts';
import type { Remark } from './remark.ts';
import { judgeShape } from './shape.ts';
import { judgeStart } from './start-rules.ts';
import type { YamlText } from './yaml-text.ts';

/** All that is said of one configuration of livekit-server. */
export function judgeLiveKit(text: YamlText, { isStrict = true } = {}): Remark[] {
  const file = new LiveKitFile(text);
  for (const judge of [judgeStart, judgeMedia, judgeAdvice]) judge(file);
  return [...judgeShape(text, { isStrict }), ...file.remarks];
}
