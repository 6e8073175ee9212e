import { useMantineColorScheme } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { chooseZone, ZONE_CHOICES } from "../format/zone";
import { fleetQuery } from "../overview/queries";
import { text } from "../text";
import { type Command, pageCommands } from "./palette";
import { SECTIONS } from "./sections";

const { shell, commands } = text;
const SCHEMES = ["light", "dark", "auto"] as const;

/** All that the palette offers: pages, machines by name, and what the bar's buttons do. */
export function useCommands(onKeys: () => void): Command[] {
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme();
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
    return [...pageCommands(SECTIONS, (to) => void navigate({ to })), ...actions, ...machines];
  }, [fleet, navigate, setColorScheme, onKeys]);
}

function action(label: string, run: () => void, note?: string): Command {
  return { id: `action ${label}`, kind: "action", label, note, run };
}
