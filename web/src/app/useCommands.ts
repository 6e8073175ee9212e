import { useMantineColorScheme } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { configsQuery } from "../fleet/reading";
import { FLEET_PARTS } from "../fleet/sections";
import { chooseZone, ZONE_CHOICES } from "../format/zone";
import { fleetQuery } from "../overview/queries";
import { PARTS } from "../settings/search";
import { text } from "../text";
import { type Command, pageCommands } from "./palette";
import { SECTIONS } from "./sections";

const { shell, commands } = text;
const SCHEMES = ["light", "dark", "auto"] as const;

/** All that the palette offers: pages, machines by name, and what the bar's buttons do. */
export function useCommands(onKeys: () => void): Command[] {
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme();
  const { data: configs } = useQuery(configsQuery);
  const { data: fleet } = useQuery({ ...fleetQuery, refetchInterval: false });
  return useMemo(() => {
    const machines = (fleet?.hosts ?? []).map(
      ({ agent_id, hostname, address }): Command => ({
        id: `machine ${agent_id}`,
        kind: "machine",
        label: hostname,
        note: address,
        run: () => void navigate({ to: "/hosts/$id", params: { id: agent_id } }),
      }),
    );
    const configured = (configs ?? []).map(
      ({ name }): Command => ({
        id: `config ${name}`,
        kind: "config",
        label: name,
        run: () => void navigate({ to: "/fleet/configs/$name", params: { name } }),
      }),
    );
    const parts = [
      ...FLEET_PARTS.map(([to, label]) =>
        part(text.shell.sections.fleet, label, () => void navigate({ to })),
      ),
      ...PARTS.map((name) =>
        part(
          text.shell.sections.settings,
          text.settings.parts[name],
          () => void navigate({ to: "/settings", search: { part: name } }),
        ),
      ),
    ];
    const actions: Command[] = [
      action(text.add.title, () => void navigate({ to: "/add" })),
      ...ZONE_CHOICES.map((zone) =>
        action(shell.zone.change(shell.zone.names[zone]), () => chooseZone(zone)),
      ),
      ...SCHEMES.map((scheme) =>
        action(shell.scheme.change(shell.scheme.names[scheme]), () => setColorScheme(scheme)),
      ),
      action(commands.keys, onKeys, "?"),
      action(shell.apiDocs, () => window.location.assign("/docs")),
    ];
    const pages = pageCommands(SECTIONS, (to) => void navigate({ to }));
    return [...pages, ...parts, ...actions, ...machines, ...configured];
  }, [fleet, configs, navigate, setColorScheme, onKeys]);
}

/** A page within a section. */
function part(section: string, label: string, run: () => void): Command {
  return { id: `part ${section} ${label}`, kind: "page", label, note: section, run };
}

function action(label: string, run: () => void, note?: string): Command {
  return { id: `action ${label}`, kind: "action", label, note, run };
}
