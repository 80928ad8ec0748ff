import { find, render, SCENARIOS } from './chart.ts';

export interface RuleGroup {
  name: string;
  rules: { alert: string; expr: string; annotations: { summary: string } }[];
}

/** All groups of alerts that the chart has, of a release in the namespace livekit. */
export async function ruleGroups(): Promise<RuleGroup[]> {
  const all = await Promise.all(
    ['monitored', 'sip'].map(async (name) => {
      const { spec } = find(await render(SCENARIOS[name]), 'PrometheusRule');
      return (spec as unknown as { groups: RuleGroup[] }).groups;
    }),
  );
  return [...new Map(all.flat().map((group) => [group.name, group])).values()];
}
