import { useQuery } from "@tanstack/react-query";
import { text } from "../../text";
import { groupBy } from "../list/groups";
import { agentsQuery } from "../reading";
import type { Effects } from "./change";
import classes from "./change.module.css";

const NAMED = 8;

/** Whom a change touches: how many, what becomes of their runners, and the first names. */
export function EffectList({ effects }: { effects: Effects }) {
  const { data } = useQuery(agentsQuery);
  const names = new Map(data?.agents.map(({ id, hostname }) => [id, hostname]));
  const counts = groupBy(effects.runners ?? [], ({ effect }) => effect);
  const refused = effects.upgrades?.filter(({ version }) => version === "") ?? [];
  const versions = groupBy(
    effects.upgrades?.filter(({ version }) => version !== "") ?? [],
    ({ version }) => version,
  );
  const others = effects.agents.length - NAMED;
  return (
    <div className={classes.effects} data-testid="effects">
      <strong>{text.fleet.change.touches(effects.agents.length)}</strong>
      <ul>
        {[...counts].map(([effect, runners]) => (
          <li key={effect} data-effect={effect}>
            {text.fleet.change.effect(text.fleet.change.effects[effect] ?? effect, runners.length)}
          </li>
        ))}
        {[...versions].map(([version, agents]) => (
          <li key={version}>{text.fleet.change.toVersion(agents.length, version)}</li>
        ))}
      </ul>
      {effects.agents.length > 0 && (
        <p>
          {effects.agents
            .slice(0, NAMED)
            .map((id) => names.get(id) ?? id)
            .join(", ")}
          {others > 0 && ` ${text.fleet.common.more(others)}`}
        </p>
      )}
      {refused[0] && (
        <p>
          {text.fleet.change.noUpgrade(refused.length)}
          {names.get(refused[0].agent_id) ?? refused[0].agent_id}, {refused[0].reason}
        </p>
      )}
    </div>
  );
}
